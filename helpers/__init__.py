"""The helper module of the weight sharing course: one idea a file, imports only downward."""
