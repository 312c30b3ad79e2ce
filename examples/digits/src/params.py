"""Reads params.yaml without a YAML library: two levels of `key: value` with comments."""


def parse(text: str):
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text.strip("'\"")


def load_params(path: str = "params.yaml") -> dict:
    params: dict = {}
    section = params
    with open(path) as file:
        for line in file:
            line = line.split("#")[0].rstrip()
            if not line:
                continue
            key, _, value = line.strip().partition(":")
            if not line.startswith(" "):
                section = params.setdefault(key, {})
            if value.strip():
                section[key] = parse(value.strip())
    return params
