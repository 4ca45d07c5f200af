"""One machine of `helpers.machines`: its own gradient, then the sum over all. Started by it, never by hand."""
import datetime
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np


def work(rank, world, folder, loss, seconds, fault):
    """Read a shard, work out its gradient, meet the others, write both down."""
    import torch
    import torch.distributed as dist

    if fault == "raise":
        raise ValueError("a fault that was asked for")
    if fault == "exit":
        os._exit(3)
    shard = np.load(Path(folder, f"in_{rank}.npz"))
    x, y = torch.tensor(shard["x"]), torch.tensor(shard["y"])
    W = torch.tensor(shard["W"], requires_grad=True)
    errors = 0.5 * (x @ W.T - y).square().sum(dim=1)
    (errors.mean() if loss == "mean" else errors.sum()).backward()
    own, total = W.grad.clone(), W.grad.clone()
    if fault == "hang":
        time.sleep(2 * seconds)
    dist.init_process_group("gloo", init_method=Path(folder, "meeting").as_uri(), rank=rank, world_size=world,
                            timeout=datetime.timedelta(seconds=2 * seconds))       # they are ended before
    if fault == "kill":
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    dist.all_reduce(total, op=dist.ReduceOp.SUM)
    dist.destroy_process_group()
    np.savez(Path(folder, f"out_{rank}.npz"), own=own.numpy(), sum=total.numpy())


if __name__ == "__main__":
    _, rank, world, folder, loss, seconds, fault = sys.argv
    work(int(rank), int(world), folder, loss, float(seconds), fault)
