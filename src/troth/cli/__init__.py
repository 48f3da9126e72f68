"""The command line: one file a command, exit codes that mean something, `--json` everywhere."""
