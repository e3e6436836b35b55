"""``python -m app`` is ``hookscope``."""

from app.cli import main

if __name__ == "__main__":
    main()
