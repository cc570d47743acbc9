"""``python -m oai_server.cli``."""

from oai_server.cli import main

if __name__ == "__main__":
    main()
