"""How many instructions ptxas makes of one of PTX: those on the way through it without its rare cases.

A kernel that has the instruction is assembled, and one that has not; the difference is the answer. Square roots and
divisions call a subroutine for what is rare (zero, infinity, subnormals, operands of more than 32 bits), so the shortest
way from the first instruction to EXIT that has no CALL is what usual operands take. Of the encoding (sm_75 and later) this
knows the size of an instruction, 16 bytes, where its opcode and predicate are, and where a branch goes.
"""
import collections
import struct
import subprocess
import tempfile

EXIT, BRANCH, CALL, CONSTANTS = 0x94D, 0x947, 0x944, (0xB82, 0xAB9)  # the last: reads of parameters and other constants

KERNEL = """.version 6.3
.target sm_75
.address_size 64
.visible .entry k(.param .u64 p) {{
  .reg .{type} %x, %y;
  .reg .b64 %p;
  ld.param.u64 %p, [p];
  cvta.to.global.u64 %p, %p;
  ld.global.{type} %x, [%p];
  ld.global.{type} %y, [%p+8];
  {instruction}
  st.global.{type} [%p], %x;
  st.global.{type} [%p+8], %y;
  ret;
}}
"""


def code(cubin):
    """The kernel's section of an ELF file of 64 bits."""
    sections, = struct.unpack_from("<Q", cubin, 0x28)
    number, names = struct.unpack_from("<HH", cubin, 0x3C)
    headers = [struct.unpack_from("<IIQQQQIIQQ", cubin, sections + 64 * i) for i in range(number)]
    for name, _, _, _, start, size, *_ in headers:
        if cubin[headers[names][4] + name :].startswith(b".text.k\0"):
            return cubin[start : start + size]
    raise ValueError("ptxas made no code")


def way(text):
    """Instructions on the shortest way to EXIT that has no call, without reads of constants."""
    heads = [struct.unpack_from("<Q", text, at)[0] for at in range(0, len(text), 16)]
    reached = {0: 0}  # instruction: how many lie before it
    queue = collections.deque([0])
    while queue:
        at = queue.popleft()
        opcode, predicate = heads[at] & 0xFFF, heads[at] >> 12 & 0xF
        length = reached[at] + (opcode not in CONSTANTS)
        if opcode == EXIT and predicate == 7:
            return length
        following = [at + 1]
        if opcode == BRANCH:
            jump = at + 1 + ((heads[at] >> 16 & 0xFF) << 2 | heads[at] >> 34 << 10) // 16
            following = [jump] if predicate == 7 else [jump, at + 1]
        for to in following:
            if opcode != CALL and to < len(heads) and length < reached.get(to, 1 << 30):
                reached[to] = length
                queue.append(to)
    raise ValueError("no way to EXIT")


def assembled(instruction, type):
    with tempfile.NamedTemporaryFile(suffix=".ptx") as ptx, tempfile.NamedTemporaryFile(suffix=".cubin") as cubin:
        ptx.write(KERNEL.format(type=type, instruction=instruction).encode())
        ptx.flush()
        subprocess.run(["ptxas", "-arch=sm_90", ptx.name, "-o", cubin.name], check=True)
        return way(code(cubin.read()))


def instructions(opcode):
    """For a square root, division or remainder, as PTX spells it."""
    type = opcode.rsplit(".", 1)[1]
    operands = "%x, %x;" if opcode.startswith("sqrt") else "%x, %x, %y;"
    return assembled(f"{opcode} {operands}", type) - assembled("", type)

