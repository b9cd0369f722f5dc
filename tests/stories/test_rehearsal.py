"""The whole story, played from outside against an instance of its own, in a building that is not the demonstration's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# For every part the first line that seems to fit is one that the import refuses.
DOORS = f"""Door,Kind,Unit,Model,Connected,Serial,ShareAllowed,Doorcodes
Porch,entrance,,R,yes,T200,perhaps,yes
Gate,gate,,R,yes,T201,yes,yes
Back Door,entrance,,M,yes,T202,yes,yes
Lobby,entrance,,R,yes,T100,yes,yes
Cellar,common,B,M3,no,T203,yes,yes
Gym,common,,Z9,no,T204,yes,yes
Roof,common,,M3,no,T_205,yes,yes
Pool,common,,M3,maybe,T206,yes,yes
Mail Room,common,,c2,no,T101,yes,yes
Terrace,common,,M3,no,T102,no,no
Flat Y,unit,Y,M,no,T207,yes,sometimes
{"Flat A " * 20},unit,A,M,no,T208,yes,yes
Flat A,unit,A,M,no,T103,yes,yes
Flat B,unit,B,M2,no,T104,yes,yes
"""
PEOPLE = """Unit,First,Last,Email,Phone,Status,LeaseStart,LeaseEnd,Role,Smartphone
Y,Uma,Yard,uma@example.org,+1 212 555 0106,Current,01/05/2024,01/04/2030,Resident,yes
A,Eve,Wrong,eve@exa mple.org,+1 212 555 0107,Current,01/05/2024,01/04/2030,Resident,yes
A,Pia,Short,pia@example.org,12,Current,01/05/2024,01/04/2030,Resident,yes
A,Ida,Vaz Porto,ida@example.org,+1 212 555 0101,Current,01/05/2024,01/04/2030,Resident,yes
B,Jonas,Åberg,jon@example.org,+1 212 555 0102,Current,01/05/2024,01/04/2030,Resident,yes
B,Kim,Åberg,kim@example.org,+1 212 555 0103,Current,01/05/2024,01/04/2030,Resident,yes
B,Lea,O'Neil,lea@example.org,+1 212 555 0104,Current,01/05/2024,01/04/2030,Resident,yes
B,Max,Nowhere,not-an-address,+1 212 555 0105,Current,01/05/2024,01/04/2030,Resident,yes
"""


@pytest.mark.own_database
@pytest.mark.rule("CODE-4", "LINK-5", "SYNC-2", "SYNC-5", "ACCESS-4", "ACCESS-13", "CODE-10", "HISTORY-1", "HISTORY-2", "LOCK-5")
def test_the_story_runs_in_any_building(tmp_path: Path) -> None:
    """Good lines behind bad ones, activation, first opening, revocation, both kinds of update, a visitor's code, wrong codes, the record and its gap."""
    (tmp_path / "doors.csv").write_text(DOORS, encoding="utf-8")
    (tmp_path / "rent_roll.csv").write_text(PEOPLE, encoding="cp1252")
    command = [
        sys.executable,
        "-m",
        "limen",
        "rehearse",
        "--data",
        str(tmp_path),
        "--json",
        "--profile",
        "EU",
        "--time-zone",
        "Europe/Lisbon",
    ]
    if os.environ["LIMEN_TEST_DATABASE"] == "postgresql":
        command += ["--database", os.environ["LIMEN_DATABASE_URL"]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env=dict(os.environ))
    told = json.loads(done.stdout)
    assert [step for step in told["steps"] if not step["ok"]] == []
    assert (told["ok"], done.returncode) == (True, 0)
