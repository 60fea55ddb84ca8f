"""Understanding what comes back by mail: bounces, machines, people. Pure: knows no Django."""
