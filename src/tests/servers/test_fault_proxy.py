"""Each fault of the proxy, in front of a server that sends back what it gets."""
import os
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault_proxy import DOWN, UP, FaultProxy


class Echo:
    """Also keeps what it got, so that a test sees what came through."""

    def __init__(self):
        self.got = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        try:
            while piece := peer.recv(65536):
                self.got += piece
                peer.sendall(piece)
        except OSError:
            pass
        peer.close()


class Faults(unittest.TestCase):
    def setUp(self):
        self.echo = Echo()
        self.proxy = FaultProxy(self.echo.address)
        self.addCleanup(self.echo.listener.close)
        self.addCleanup(self.proxy.stop)

    def connect(self, timeout=10):
        peer = socket.create_connection(("127.0.0.1", self.proxy.port), timeout=timeout)
        self.addCleanup(peer.close)
        return peer

    def read(self, peer, size):
        """Up to size bytes, fewer when the connection ends first."""
        got = b""
        try:
            while len(got) < size and (piece := peer.recv(size - len(got))):
                got += piece
        except ConnectionResetError:
            pass
        return got

    def send(self, peer, data):
        try:
            peer.sendall(data)
        except OSError:
            pass

    def ask(self, peer, data=b"hello"):
        self.send(peer, data)
        return self.read(peer, len(data))

    def wait_for(self, condition):
        deadline = time.monotonic() + 10
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.005)
        self.assertTrue(condition())

    def test_everything_passes_and_is_counted(self):
        peers = [self.connect() for _ in range(3)]
        data = os.urandom(300_000)
        for peer in peers:
            threading.Thread(target=peer.sendall, args=(data,)).start()
            self.assertEqual(self.read(peer, len(data)), data)
        self.wait_for(lambda: self.proxy.bytes == {UP: 900_000, DOWN: 900_000})
        self.assertEqual((self.proxy.connection_count, self.proxy.cut_count), (3, 0))

    def test_a_half_closed_connection_still_answers(self):
        peer = self.connect()
        peer.sendall(b"last words")
        peer.shutdown(socket.SHUT_WR)
        self.assertEqual(self.read(peer, 100), b"last words")

    def test_delay_and_throttle(self):
        peer = self.connect()
        self.proxy.delay(100)
        begin = time.monotonic()
        self.assertEqual(self.ask(peer), b"hello")
        self.assertGreater(time.monotonic() - begin, 0.19)
        self.proxy.pass_on().throttle(20_000)
        begin = time.monotonic()
        self.assertEqual(self.ask(peer, b"x" * 10_000), b"x" * 10_000)
        self.assertGreater(time.monotonic() - begin, 0.4)
        self.proxy.pass_on()
        begin = time.monotonic()
        self.assertEqual(self.ask(peer), b"hello")
        self.assertLess(time.monotonic() - begin, 0.1)

    def test_cut_after_so_many_bytes_of_each(self):
        old = self.connect()
        self.assertEqual(self.ask(old), b"hello")
        self.proxy.cut_after(7, DOWN)
        for peer in (old, self.connect()):
            self.assertEqual(self.ask(peer), b"hello")
            self.send(peer, b"world")
            self.assertEqual(self.read(peer, 5), b"wo")
            self.assertEqual(self.read(peer, 1), b"")
        self.assertEqual(self.proxy.cut_count, 2)

    def test_cut_after_so_many_bytes_of_all_happens_once(self):
        self.proxy.cut_after(8, UP, together=True)
        first, second = self.connect(), self.connect()
        self.assertEqual(self.ask(first), b"hello")
        self.send(second, b"world")
        self.assertTrue(b"wor".startswith(self.read(second, 100)))  # the answer may be cut as well
        self.wait_for(lambda: self.echo.got == b"hellowor")
        self.assertEqual(self.ask(first), b"hello")
        self.assertEqual(self.proxy.cut_count, 1)

    def test_black_hole_holds_old_and_new_connections(self):
        old = self.connect(timeout=0.3)
        self.assertEqual(self.ask(old), b"hello")
        self.proxy.black_hole()
        new = self.connect(timeout=0.3)
        for peer in (old, new):
            peer.sendall(b"again")
            self.assertRaises(TimeoutError, peer.recv, 1)
        self.assertEqual(self.echo.got, b"hello")
        self.proxy.pass_on()
        for peer in (old, new):
            peer.settimeout(10)
            self.assertEqual(self.read(peer, 5), b"again")

    def test_connections_in_a_black_hole_can_be_cut(self):
        self.proxy.black_hole()
        peer = self.connect()
        peer.sendall(b"hello")
        self.wait_for(lambda: self.proxy.connections)
        self.proxy.cut_all()
        self.assertEqual(self.read(peer, 1), b"")
        self.wait_for(lambda: not self.proxy.connections)

    def test_refuse(self):
        old = self.connect()
        self.assertEqual(self.ask(old), b"hello")
        self.proxy.refuse()
        self.assertRaises(ConnectionRefusedError, self.connect)
        self.assertEqual(self.ask(old), b"hello")
        self.proxy.refuse(cut=True)
        self.assertEqual(self.read(old, 1), b"")
        self.proxy.pass_on()
        self.assertEqual(self.ask(self.connect()), b"hello")

    def test_nonsense(self):
        peer = self.connect()
        self.proxy.nonsense(b"HTTP/9.9 what\r\n\r\n")
        self.send(peer, b"hello")
        self.assertEqual(self.read(peer, 17), b"HTTP/9.9 what\r\n\r\n")
        self.proxy.nonsense()
        self.send(peer, b"x" * 64)
        self.assertNotEqual(self.read(peer, 64), b"x" * 64)
        self.assertEqual(self.echo.got, b"hello" + b"x" * 64)

    def test_cut_before_a_piece(self):
        peer = self.connect()
        self.proxy.cut_when(UP, lambda piece: b"COMMIT" in piece, times=1)
        self.assertEqual(self.ask(peer, b"BEGIN"), b"BEGIN")
        self.assertEqual(self.ask(peer, b"COMMIT"), b"")
        self.assertEqual(self.echo.got, b"BEGIN")
        self.assertEqual(self.ask(self.connect(), b"COMMIT"), b"COMMIT")
        self.assertEqual(self.proxy.cut_count, 1)

    def test_cut_after_a_piece_lets_it_arrive_and_no_answer_back(self):
        for _ in range(200):
            self.echo.got = b""
            peer = self.connect()
            self.proxy.pass_on().cut_when(UP, lambda piece: b"COMMIT" in piece, after=True)
            self.assertEqual(self.ask(peer, b"BEGIN"), b"BEGIN")
            self.assertEqual(self.ask(peer, b"COMMIT"), b"")
            self.wait_for(lambda: self.echo.got == b"BEGINCOMMIT")

    def test_stop_leaves_nothing(self):
        peer = self.connect()
        self.assertEqual(self.ask(peer), b"hello")
        self.proxy.stop()
        self.assertEqual(self.read(peer, 1), b"")
        self.assertFalse(self.proxy.connections)
        self.assertRaises(ConnectionRefusedError, self.connect)


if __name__ == "__main__":
    unittest.main(verbosity=2)
