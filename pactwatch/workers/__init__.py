"""Many processes on one PostgreSQL: the queue of jobs, and who takes them from it."""
