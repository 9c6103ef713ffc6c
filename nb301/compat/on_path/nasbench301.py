"""What `import nasbench301` finds where this folder is on `PYTHONPATH`: `nb301.compat.nasbench301`.

`nb301.compat` puts the folder there, so that processes that a script starts find it, too.
"""  # noqa: INP001 - no package: the folder is put on the path

from nb301 import compat

compat.install()
