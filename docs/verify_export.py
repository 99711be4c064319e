"""Verifies an export of closegate's audit log without any of closegate's code. Python 3, standard library only.

    python3 verify_export.py FOLDER [VERIFIER_KEY]

Exit 0 intact, 2 broken, 3 cannot tell. The format: audit-export.md. The HMAC is not checked: an auditor has no key for it.
"""
import base64, hashlib, json, os, re, struct, sys

first_name = lambda origin: re.sub(r"/restored-[1-9][0-9]*$", "", origin)  # A log has another name after a restore.
sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
# Ed25519 verification as RFC 8032 section 6 writes it.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)

def add(a, b):
    x, y = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(n, point):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result

def decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT % P
    if (x * x - x2) % P or y >= P or (x == 0 and sign):
        raise ValueError("not a point")
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P

BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))

def signed(key, message, signature):
    try:
        a, r, s = decompress(key), decompress(signature[:32]), int.from_bytes(signature[32:], "little")
    except ValueError:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(s, BASE), add(r, times(h, a))
    return len(signature) == 64 and s < L and all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))

def open_note(note, origin, key):
    """Size and root of a C2SP checkpoint; None when the key did not sign it."""
    body, _, signatures = note.partition("\n\n")
    name, size, root = (body.split("\n") + ["", ""])[:3]
    key_id = sha(name.encode() + b"\n\x01" + key)[:4]
    for line in signatures.split("\n"):
        if line.startswith(f"\u2014 {name} ") and first_name(name) == first_name(origin):
            stamp = base64.b64decode(line.split(" ")[-1])
            if stamp[:4] == key_id and signed(key, body.encode() + b"\n", stamp[4:]):
                return int(size), base64.b64decode(root)
    return None

def grow(tree, leaf):
    """A tree is its full subtrees, (height, hash), the largest first."""
    height = 0
    while tree and tree[-1][0] == height:
        leaf, height = sha(b"\x01", tree.pop()[1], leaf), height + 1
    tree.append((height, leaf))

def root_of(tree):
    root = tree[-1][1] if tree else sha()
    for _, left in reversed(tree[:-1]):
        root = sha(b"\x01", left, root)
    return root

def recorded(data):
    """The event in canonical bytes (RFC 8785; all numbers in the log are whole); None when they are not canonical."""
    event = json.loads(data)
    def plain(value):
        if isinstance(value, dict):
            return {k: plain(value[k]) for k in sorted(value, key=lambda k: k.encode("utf-16-be"))}
        return [plain(one) for one in value] if isinstance(value, list) else value
    text = json.dumps(plain(event), ensure_ascii=False, separators=(",", ":"))
    return event if text.encode() == data else None

def verify(folder, given):
    faults, doubts = [], []
    path = lambda *names: os.path.join(folder, *names)
    read = lambda *names: open(path(*names), "rb").read()
    manifest = json.loads(read("manifest.json"))
    listed = {entry["path"]: entry for entry in manifest["files"]}
    there = {os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names}
    faults += [f"{name}: not in the manifest" for name in sorted(there - set(listed) - {"manifest.json"})]
    faults += [f"{name}: missing" for name in sorted(set(listed) - there)]
    for name in sorted(set(listed) & there):
        if hashlib.sha256(read(name)).hexdigest() != listed[name]["sha256"]:
            faults.append(f"{name}: not the file that the manifest names")
    leaves = read("leaves").decode().split() if "leaves" in there else []
    ends, count = {}, 0
    for row in map(json.loads, open(path("events.jsonl"), encoding="utf-8")):
        stream, seq, data = row["stream"], int(row["seq"]), base64.b64decode(row["bytes"])
        name, where = stream.encode(), f"{stream} #{seq}"
        last, prev = ends.get(stream, (0, sha(name).hex()))
        if seq != last + 1 or row["prev_hash"] != prev:
            faults.append(f"{where}: does not follow the event before it")
        framed = struct.pack(">q", seq) + struct.pack(">i", len(name)) + name
        digest = sha(b"closegate/audit/row/v1\0", bytes.fromhex(row["prev_hash"]), framed, data)
        event = recorded(data)
        if digest.hex() != row["row_hash"] or event is None or event["stream"] != stream or event["at"] != row["at"]:
            faults.append(f"{where}: not what was hashed, not canonical, or not in its own place")
        leaf = None if row["leaf_index"] is None else int(row["leaf_index"])
        if leaf is not None and leaf < len(leaves) and leaves[leaf] != sha(b"\0", bytes.fromhex(row["row_hash"])).hex():
            faults.append(f"{where}: not the event that was sealed")
        detail = (event or {}).get("detail") or {}
        if stream == "registry" and isinstance(detail.get("source"), str):
            policy = f"policies/{detail.get('hash') or detail['result']['policy']}.yaml"
            if policy not in there or read(policy) != detail["source"].encode():
                faults.append(f"{policy}: not the policy that {where} recorded")
        ends[stream], count = (seq, row["row_hash"]), count + 1
    said = {one["stream"]: (int(one["events"]), one["row_hash"]) for one in manifest["streams"]}
    faults += [f"{stream}: does not end where the manifest says" for stream in said if ends.get(stream) != said[stream]]
    faults += [f"{stream}: not in the manifest" for stream in sorted(set(ends) - set(said))]
    text = given or (read("verifier.txt").decode() if "verifier.txt" in there else None)
    notes = sorted(name for name in there if name.startswith("checkpoints"))
    if not notes or not text:
        doubts.append("no checkpoint, or no verifier key")
    else:
        origin, _, encoded = text.strip().split("+", 2)
        tree, size = [], 0
        for name in notes:
            opened = open_note(read(name).decode(), origin, base64.b64decode(encoded)[1:])
            while opened and size < min(opened[0], len(leaves)):
                grow(tree, bytes.fromhex(leaves[size]))
                size += 1
            if opened != (int(os.path.basename(name)[:20]), root_of(tree)) or opened[0] != size:
                faults.append(f"{name}: not signed by {origin}, or not the root of its leaves")
    doubts += [] if count else ["no events"]
    return faults, doubts, count

if __name__ == "__main__":
    try:
        found, unsure, events = verify(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
    except (OSError, KeyError, ValueError, TypeError, IndexError) as error:
        found, unsure, events = [f"cannot be read: {error!r}"], [], 0
    print("\n".join([f"{'broken' if found else 'cannot tell' if unsure else 'intact'}: {events} events", *found, *unsure]))
    sys.exit(2 if found else 3 if unsure else 0)
