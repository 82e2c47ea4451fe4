# SPDX-License-Identifier: MIT
"""`postern show --pcap` and `--parts`, `postern extract`: to other programs and back. Room: harnesses/test."""

import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest

import cli

SESSION = (b"EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nS: x\r\n\r\ntext\r\n.\r\n"
           b"BDAT 4\r\nRSETQUIT\r\n")
CLIENT, SERVER = ("192.0.2.10", 49152), ("192.0.2.25", 25)
FIN, SYN, ACK = 1, 2, 16


def checksum(octets):
    """The Internet checksum (RFC 1071); 0 for what carries its own."""
    octets += b"\0" * (len(octets) % 2)
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total > 0xffff:
        total = (total >> 16) + (total & 0xffff)
    return total ^ 0xffff


class Packets:
    """A capture file, read without libpcap, each packet checked on the way."""

    def __init__(self, test, path):
        octets = path.read_bytes()
        self.test, self.said, self.next, self.flags = test, {CLIENT: b"", SERVER: b""}, {}, []
        magic, major, minor, _, _, _, link = struct.unpack("=IHHiIII", octets[:24])
        test.assertEqual((magic, major, minor, link), (0xa1b2c3d4, 2, 4, 1))
        at, clock = 24, 0
        while at < len(octets):
            seconds, micros, kept, size = struct.unpack("=IIII", octets[at:at + 16])
            test.assertEqual(kept, size)
            test.assertGreater(seconds * 10**6 + micros, clock)
            clock = seconds * 10**6 + micros
            self.take(octets[at + 16:at + 16 + size])
            at += 16 + size

    def take(self, packet):
        test = self.test
        test.assertEqual(packet[12:14], b"\x08\x00")
        test.assertLessEqual(len(packet), 1514)
        ip, tcp = packet[14:34], packet[34:]
        test.assertEqual((ip[0], struct.unpack(">H", ip[2:4])[0], ip[9], checksum(ip)), (0x45, len(packet) - 14, 6, 0))
        test.assertEqual(checksum(ip[12:20] + struct.pack(">BBH", 0, 6, len(tcp)) + tcp), 0)
        ports = struct.unpack(">HH", tcp[:4])
        source, target = ((".".join(map(str, ip[12 + 4 * i:16 + 4 * i])), ports[i]) for i in (0, 1))
        test.assertEqual({source, target}, {CLIENT, SERVER})
        number, acknowledged = struct.unpack(">II", tcp[4:12])
        flags, payload = tcp[13], tcp[20:]
        test.assertEqual(number, self.next.get(source, number))
        if flags & ACK:
            test.assertEqual(acknowledged, self.next[target])
        self.next[source] = number + len(payload) + (flags & (SYN | FIN) != 0)
        self.said[source] += payload
        self.flags.append((source, flags & (SYN | FIN)))


class Exports(cli.Case):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def put(self, octets, name="input"):
        path = self.folder / name
        path.write_bytes(octets)
        return str(path)

    def packets(self, octets, *options):
        out = self.folder / "out.pcap"
        code, _, err = cli.run("show", f"--pcap={out}", *options, self.put(octets))
        if "no libpcap" in err:
            self.skipTest("built without libpcap")
        self.assertEqual((code, err), (0, ""))
        return Packets(self, out)

    def parts(self, octets, *options):
        lines = self.ask("show", "--parts", *options, self.put(octets)).splitlines()
        return [tuple(json.loads(line)[key] for key in ("what", "begin", "middle", "end")) for line in lines]

    def test_both_sides_of_a_session(self):
        packets = self.packets(SESSION)
        self.assertEqual(packets.said[CLIENT], SESSION)
        self.assertEqual([line[:4] for line in packets.said[SERVER].split(b"\r\n") if line[3:4] == b" "],
                         [b"220 ", b"250 ", b"250 ", b"250 ", b"354 ", b"250 ", b"503 ", b"221 "])
        self.assertEqual([source for source, flags in packets.flags if flags & SYN], [CLIENT, SERVER])
        self.assertEqual(sorted(source for source, flags in packets.flags if flags & FIN), [CLIENT, SERVER])

    def test_long_and_empty(self):
        long = b"NOOP " + b"x" * 20000
        self.assertEqual(self.packets(long).said[CLIENT], long)
        self.assertEqual(self.packets(b"").said[CLIENT], b"")

    def test_the_handshake_is_left_out(self):
        packets = self.packets(b"EHLO a\r\nSTARTTLS\r\n\x16\x03NOOP\r\n")
        self.assertEqual(packets.said[CLIENT], b"EHLO a\r\nSTARTTLS\r\nNOOP\r\n")

    def test_what_a_server_says(self):
        packets = self.packets(b"220 a\r\n250 b\r\n", "--kind=reply")
        self.assertEqual((packets.said[CLIENT], packets.said[SERVER]), (b"", b"220 a\r\n250 b\r\n"))

    def test_the_same_file_again(self):
        self.packets(SESSION)
        first = (self.folder / "out.pcap").read_bytes()
        self.packets(SESSION)
        self.assertEqual((self.folder / "out.pcap").read_bytes(), first)

    def test_a_file_that_cannot_be_whole_is_none(self):
        self.packets(SESSION)
        out = self.folder / "out.pcap"
        before = out.read_bytes()
        longer = self.put(SESSION * 20)
        no_profile = {**os.environ, "LLVM_PROFILE_FILE": "/dev/null"}  # which would be cut off too, where one is made
        done = subprocess.run(["sh", "-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh", cli.BINARY, "show",
                               f"--pcap={out}", longer], env=no_profile, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (2, f"postern show: cannot write {out}\n"))
        self.assertEqual(out.read_bytes(), before)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["input", "out.pcap"])

    def test_what_is_no_file_is_written_into(self):
        link = self.folder / "link"
        link.symlink_to(self.folder / "out.pcap")
        self.packets(SESSION)
        whole = (self.folder / "out.pcap").read_bytes()
        (self.folder / "out.pcap").write_bytes(b"")
        self.ask("show", f"--pcap={link}", self.put(SESSION))
        self.assertTrue(link.is_symlink())
        self.assertEqual((self.folder / "out.pcap").read_bytes(), whole)

    @unittest.skipUnless(shutil.which("tcpdump"), "tcpdump is not installed")
    def test_libpcap_reads_it(self):
        self.packets(SESSION)
        done = subprocess.run(["tcpdump", "-nvvr", str(self.folder / "out.pcap")], capture_output=True, text=True,
                              check=True)
        self.assertNotIn("incorrect", done.stdout)
        self.assertIn("RCPT TO:<c@d.example>", done.stdout)

    def test_parts_of_a_session(self):
        self.assertEqual(self.parts(SESSION), [
            ("command", 0, 16, 16), ("command", 16, 41, 41), ("command", 41, 64, 64), ("command", 64, 70, 70),
            ("message", 70, 84, 87), ("chunk", 87, 95, 99), ("command", 99, 105, 105)])

    def test_parts_of_anything_else(self):
        self.assertEqual(self.parts(b"a\r\nb\nc\r\nd", "--kind=data"),
                         [("line", 0, 3, 3), ("line", 3, 8, 8), ("line", 8, 9, 9)])
        self.assertEqual(self.parts(b"220 a\r\n", "--kind=client"), [("line", 0, 7, 7)])
        self.assertEqual(self.parts(b""), [])

    def pcap(self, packets, link=1):
        """A capture of raw packets."""
        octets = struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link)
        for number, packet in enumerate(packets):
            octets += struct.pack("=IIII", number, 0, len(packet), len(packet)) + packet
        return self.put(octets, "in.pcap")

    @staticmethod
    def packet(number, payload, flags=ACK, port=25, source=40000, version=4):
        """One TCP packet to a server, without checksums."""
        tcp = struct.pack(">HHIIBBHHH", source, port, number & 0xffffffff, 0, 5 << 4, flags, 0, 0, 0) + payload
        if version == 6:
            return struct.pack(">IHBB", 6 << 28, len(tcp), 6, 64) + bytes(range(32)) + tcp
        return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + bytes(range(8)) + tcp

    def extract(self, path, *options):
        code, out, err = cli.run("extract", *options, path)
        if "no libpcap" in err:
            self.skipTest("built without libpcap")
        self.assertIn(code, (0, 1), err)
        return [(one["whole"], one["octets"]) for one in map(json.loads, out.splitlines())]

    def test_what_was_written_is_read_again(self):
        for octets in (SESSION, b"NOOP " + bytes(range(256)) * 90 + b"\r\n"):
            self.packets(octets)
            self.assertEqual(self.extract(str(self.folder / "out.pcap")), [(True, cli.escape(octets))])

    def test_packets_in_any_order_and_more_than_once(self):
        begin = 0xfffffff8  # the numbers wrap round
        for version in (4, 6):
            first, *rest = [self.packet(begin - 1, b"", SYN, version=version)] + [
                self.packet(begin + at, SESSION[at:at + 10], version=version) for at in range(0, len(SESSION), 7)]
            rest.append(self.packet(begin + len(SESSION), b"", FIN | ACK, version=version))
            path = self.pcap([first, *reversed(rest), *rest], 12)
            self.assertEqual(self.extract(path), [(True, cli.escape(SESSION))])

    def test_connections_are_kept_apart(self):
        said = [self.packet(9, b"", SYN), self.packet(10, b"A\r\n"), self.packet(10, b"B\r\n", source=40001),
                self.packet(13, b"", FIN), self.packet(99, b"", SYN), self.packet(100, b"C\r\n"),
                self.packet(10, b"D\r\n", port=2525)]
        path = self.pcap(said, 12)
        self.assertEqual(self.extract(path), [(True, "A\\r\\n"), (False, "B\\r\\n"), (True, "C\\r\\n")])
        self.assertEqual(self.extract(path, "--port=2525"), [(False, "D\\r\\n")])
        self.assertEqual(self.extract(path, "--port=26"), [])

    def test_what_lies_behind_a_gap_is_left_out(self):
        said = [self.packet(9, b"", SYN), self.packet(10, b"A\r\n"), self.packet(14, b"B\r\n")]
        self.assertEqual(self.extract(self.pcap(said, 12)), [(False, "A\\r\\n")])

    def test_numbers_from_all_round_the_circle(self):
        stray = [self.packet(10 + apart, b"x") for apart in (0x60000000, 0xc0000000, 0x20000000, 0xa0000000)]
        begin, *rest = [self.packet(9, b"", SYN)] + [
            self.packet(10 + at, SESSION[at:at + 10]) for at in range(0, len(SESSION), 10)]
        for order in (rest + stray, stray + rest, [one for two in zip(stray * 3, rest) for one in two] + rest[12:],
                      list(reversed(rest + stray))):
            self.assertEqual(self.extract(self.pcap([begin, *order], 12)), [(False, cli.escape(SESSION))])

    def test_the_first_of_two_that_differ_counts(self):
        said = [self.packet(9, b"", SYN), self.packet(10, b"NOOP"), self.packet(10, b"QUIT"), self.packet(14, b"\r\n")]
        self.assertEqual(self.extract(self.pcap(said, 12)), [(True, "NOOP\\r\\n")])

    def test_damaged_packets(self):
        whole = self.packet(10, b"A\r\n")
        for link in (0, 1, 12, 113, 276, 147):
            packets = [bytes([0] * skip) + whole[:end] for skip in (0, 4, 14, 16, 20) for end in range(len(whole))]
            packets += [whole[:at] + bytes([value]) + whole[at + 1:]
                        for at in range(34) for value in (0, 0x4f, 0x6f, 0xff)]
            self.extract(self.pcap(packets, link))

    def test_no_capture(self):
        code, out, err = cli.run("extract", self.put(SESSION))
        self.assertEqual((code, out, err.count("\n")), (2, "", 1))
        self.misuse("extract", says="one file is wanted")
        self.misuse("extract", "--port=0", "x", says="--port takes")

    def test_misuse(self):
        path = self.put(b"a@b")
        self.misuse("show", "--pcap=out", "--kind=address", path, says="takes a session or a reply")
        self.misuse("show", "--pcap=/nowhere/out", path, says="/nowhere/out")
        self.misuse("show", "--parts", path, path, says="--parts takes one file")
        out = self.folder / "out.pcap"
        for two in (["--parts", f"--pcap={out}"], ["--coverage", "--parts"], ["--coverage", f"--pcap={out}"]):
            self.misuse("show", *two, path, says="one at a time")
        self.misuse("show", "--parts", "--json", path, says="--json goes with --coverage")
        self.assertFalse(out.exists())
        self.misuse("show", "--parts", str(self.folder / "none"), says="cannot read")


if __name__ == "__main__":
    unittest.main()
