RESIDENT_PHONE = "19900000001"


def load(*, now, tell): ...
