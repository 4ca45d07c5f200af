"""Recurrent layers written down step by step, the way the formulas are read: what the benchmark compares with.

Every step multiplies its own input and state, keeps its own gates, and adds its own part to every weight's gradient.
"""
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def rnn_steps(x, states, weights, dh):
    W_xh, W_hh, b_xh, b_hh = weights

    def forward():
        h = [states[0]]
        for x_t in x:
            h.append(np.tanh(x_t @ W_xh.T + b_xh + h[-1] @ W_hh.T + b_hh))
        return np.stack(h)[1:]

    def both():
        h = np.concatenate([states[0][None], forward()])
        dx, back, (dW_xh, dW_hh, db) = np.empty_like(x), 0, (np.zeros_like(v) for v in weights[:3])
        for t in reversed(range(len(x))):
            da = (dh[t] + back) * (1 - h[t + 1] ** 2)
            dx[t], back = da @ W_xh, da @ W_hh
            dW_xh += da.T @ x[t]
            dW_hh += da.T @ h[t]
            db += da.sum(0)
        return dx, back, dW_xh, dW_hh, db, db

    return forward, both


def lstm_steps(x, states, weights, dh):
    W_xh, W_hh, b_xh, b_hh = weights

    def steps():
        h, c = states
        kept = []
        for x_t in x:
            a_i, a_f, a_g, a_o = np.split(x_t @ W_xh.T + b_xh + h @ W_hh.T + b_hh, 4, axis=1)
            i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
            kept.append((h, c, i, f, g, o))
            c = f * c + i * g
            h = o * np.tanh(c)
        return [*kept, (h, c)]

    def both():
        kept = steps()
        dx, back_h, back_c = np.empty_like(x), 0, 0
        dW_xh, dW_hh, db = (np.zeros_like(v) for v in weights[:3])
        for t in reversed(range(len(x))):
            h, c, i, f, g, o = kept[t]
            tanh_c = np.tanh(kept[t + 1][1])
            g_h = dh[t] + back_h
            g_c = back_c + g_h * o * (1 - tanh_c**2)
            da = np.hstack([g_c * g * i * (1 - i), g_c * c * f * (1 - f), g_c * i * (1 - g**2),
                            g_h * tanh_c * o * (1 - o)])
            dx[t], back_h, back_c = da @ W_xh, da @ W_hh, g_c * f
            dW_xh += da.T @ x[t]
            dW_hh += da.T @ h
            db += da.sum(0)
        return dx, back_h, back_c, dW_xh, dW_hh, db, db

    return lambda: np.stack([state[0] for state in steps()[1:]]), both


def gru_steps(x, states, weights, dh):
    W_xh, W_hh, b_xh, b_hh = weights

    def steps():
        h, kept = states[0], []
        for x_t in x:
            a_r, a_z, a_n = np.split(x_t @ W_xh.T + b_xh, 3, axis=1)
            m_r, m_z, m_n = np.split(h @ W_hh.T + b_hh, 3, axis=1)
            r, z = sigmoid(a_r + m_r), sigmoid(a_z + m_z)
            n = np.tanh(a_n + r * m_n)
            kept.append((h, r, z, n, m_n))
            h = (1 - z) * n + z * h
        return [*kept, (h,)]

    def both():
        kept = steps()
        dx, back, (dW_xh, dW_hh, db_xh, db_hh) = np.empty_like(x), 0, (np.zeros_like(v) for v in weights)
        for t in reversed(range(len(x))):
            h, r, z, n, m_n = kept[t]
            g = dh[t] + back
            da_n = g * (1 - z) * (1 - n**2)
            da_r, da_z = da_n * m_n * r * (1 - r), g * (h - n) * z * (1 - z)
            da, dm = np.hstack([da_r, da_z, da_n]), np.hstack([da_r, da_z, da_n * r])
            dx[t], back = da @ W_xh, g * z + dm @ W_hh
            dW_xh += da.T @ x[t]
            dW_hh += dm.T @ h
            db_xh += da.sum(0)
            db_hh += dm.sum(0)
        return dx, back, dW_xh, dW_hh, db_xh, db_hh

    return lambda: np.stack([state[0] for state in steps()[1:]]), both


PER_STEP = {"RNN": rnn_steps, "LSTM": lstm_steps, "GRU": gru_steps}
