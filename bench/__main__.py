"""Runs the measurements by name, each in a process of its own, and says which claim held."""

import subprocess
import sys

ALL = ("sizes", "decisions", "couriers", "imports", "readers", "buildings", "air")


def main() -> int:
    """0 when every measurement ran and every claim held."""
    wanted = sys.argv[1:] or list(ALL)
    unknown = [name for name in wanted if name not in ALL]
    if unknown:
        print(f"There is no measurement called {unknown[0]}. There are: {', '.join(ALL)}.", file=sys.stderr)
        return 2
    failed = [name for name in wanted if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode]
    if failed:
        print(f"\nNot as claimed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
