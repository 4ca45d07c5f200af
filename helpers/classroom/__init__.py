"""The classroom: hand out assignments, collect them, grade them, report. `python -m helpers.classroom` says how."""
