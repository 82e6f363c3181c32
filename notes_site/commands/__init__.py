"""The commands: read arguments, call, report, exit code. What is heavy is imported inside the command."""
