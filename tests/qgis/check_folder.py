"""check_folder.py FOLDER: programs that are not on the PATH are found in the folder of the settings."""

import sys

import session

application = session.start()
from processing.core.ProcessingConfig import ProcessingConfig  # noqa: E402

if session.algorithm("s2rgf:info").canExecute()[0]:
    sys.exit("the programs are on the PATH: nothing to test")
ProcessingConfig.setSettingValue("S2RGF_FOLDER", sys.argv[1])
if not session.algorithm("s2rgf:info").canExecute()[0]:
    sys.exit(f"not found in {sys.argv[1]}")
feedback = session.Feedback()
done, _ = session.run_in_background("s2rgf:info", {"MODEL": "model.s2rgf"}, feedback)
if not done:
    sys.exit("\n".join(feedback.errors))
