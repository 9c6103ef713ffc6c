"""Never ends importing."""

while True:
    pass
