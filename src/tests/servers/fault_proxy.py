"""What a network does to whoever relies on it: a TCP proxy on loopback whose behaviour a test changes while it runs."""
import os
import socket
import threading
import time

UP, DOWN = "up", "down"  # from the client to the server, and back
PIECE_SIZE = 65536
SLICES_PER_SECOND = 50  # in which a throttled connection gets its bytes


class Connection:
    """Two pumps, one per direction, over one pair of sockets."""

    def __init__(self, proxy, client):
        self.proxy, self.client, self.server = proxy, client, None
        self.passed = {UP: 0, DOWN: 0}
        self.muted = set()  # directions in which nothing goes any more
        self.lock = threading.Lock()
        self.is_cut = False
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        if self.proxy.wait_while_held(self):
            try:
                self.server = socket.create_connection(self.proxy.target, timeout=10)
                self.server.settimeout(None)
                self.server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                back = threading.Thread(target=self.pump, args=(DOWN,), daemon=True)
                if not self.is_cut:
                    back.start()
                    self.pump(UP)
                    back.join()
            except OSError:
                pass
        self.cut()
        for end in (self.client, self.server):
            if end is not None:
                end.close()
        self.proxy.forget(self)

    def pump(self, direction):
        source, sink = (self.client, self.server) if direction == UP else (self.server, self.client)
        try:
            while True:
                piece = source.recv(PIECE_SIZE)
                if not piece:
                    break
                if not self.proxy.wait_while_held(self) or not self.proxy.forward(self, direction, piece, sink):
                    return
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            self.cut()

    def send(self, direction, piece, sink):
        with self.lock:
            if direction in self.muted:
                return
        self.proxy.count(self, direction, len(piece))  # before somebody can see the bytes
        sink.sendall(piece)

    def cut(self):
        """Both sides see an end; the pumps wake up."""
        with self.lock:
            self.muted = {UP, DOWN}
            self.is_cut = True
        for end in (self.client, self.server):
            try:
                if end is not None:
                    end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class FaultProxy:
    """In front of (host, port). Every setting holds for what is forwarded from now on, on old connections too; pass_on() takes all
    of them back. Counts connections, bytes and cuts."""

    def __init__(self, target):
        self.target = target
        self.changed = threading.Condition()
        self.connections, self.listener = set(), None
        self.connection_count, self.cut_count, self.bytes = 0, 0, {UP: 0, DOWN: 0}
        self.reset()
        self.port = 0
        self.listen()

    def reset(self):
        self.delay_seconds, self.rate = 0, None
        self.is_held = self.is_closed = False
        self.limits = {}      # direction: [bytes left of all connections together, None] or [None, bytes of each]
        self.nonsense_bytes = None
        self.rules = []       # [direction, predicate, after, times left]

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.stop()

    # What a test says

    def pass_on(self):
        with self.changed:
            self.reset()
            self.changed.notify_all()
        if self.listener is None:
            self.listen()
        return self

    def delay(self, ms):
        """Each piece, in each direction."""
        self.delay_seconds = ms / 1000
        return self

    def throttle(self, bytes_per_second):
        """Each connection and direction by itself."""
        self.rate = bytes_per_second
        return self

    def cut_after(self, count, direction, together=False):
        """Each connection ends after so many bytes from now; together: the one that has the count-th byte of all, once."""
        with self.changed:
            for connection in self.connections:
                connection.passed[direction] = 0
            self.limits[direction] = [count, None] if together else [None, count]
        return self

    def black_hole(self):
        """Nothing goes through; connections are accepted. What was held goes on after pass_on(), as TCP would send it again."""
        with self.changed:
            self.is_held = True
        return self

    def refuse(self, cut=False):
        """The port is closed; what is connected stays so, unless it is to be cut."""
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        if cut:
            self.cut_all()
        return self

    def nonsense(self, data=b""):
        """The server's bytes become these, or random ones of the same number."""
        self.nonsense_bytes = (data,)
        return self

    def cut_when(self, direction, predicate, after=False, times=None):
        """Ends a connection when predicate(piece) says so: before the piece is forwarded, or right after, and then nothing that is
        answered to it goes back. times: how often at most."""
        with self.changed:
            self.rules.append([direction, predicate, after, times])
        return self

    def cut_all(self):
        with self.changed:
            connections = list(self.connections)
            self.cut_count += len(connections)
            self.changed.notify_all()
        for connection in connections:
            connection.cut()
        with self.changed:
            self.changed.notify_all()
        return self

    def stop(self):
        self.is_closed = True
        self.refuse(cut=True)
        deadline = time.monotonic() + 10
        while self.connections and time.monotonic() < deadline:
            time.sleep(0.01)

    def url(self, scheme, rest=""):
        return f"{scheme}://127.0.0.1:{self.port}{rest}"

    # What the connections ask

    def listen(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(512)
        self.port, self.listener = listener.getsockname()[1], listener
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self.changed:
                self.connection_count += 1
                self.connections.add(Connection(self, client))

    def forget(self, connection):
        with self.changed:
            self.connections.discard(connection)

    def count(self, connection, direction, size):
        with self.changed:
            connection.passed[direction] += size
            self.bytes[direction] += size

    def wait_while_held(self, connection):
        with self.changed:
            self.changed.wait_for(lambda: not self.is_held or connection.is_cut or self.is_closed)
            return not connection.is_cut and not self.is_closed

    def rule_for(self, direction, piece):
        with self.changed:
            for rule in self.rules:
                if rule[0] == direction and rule[3] != 0 and rule[1](piece):
                    if rule[3] is not None:
                        rule[3] -= 1
                    return rule
        return None

    def room(self, connection, direction, size):
        """How many of size bytes may still go."""
        with self.changed:
            together, each = self.limits.get(direction, (None, None))
            if each is not None:
                return max(0, min(size, each - connection.passed[direction]))
            if together is None:
                return size
            if together < size:
                del self.limits[direction]
                return together
            self.limits[direction][0] -= size
            return size

    def end(self, connection):
        with self.changed:
            self.cut_count += 1
        connection.cut()
        return False

    def forward(self, connection, direction, piece, sink):
        """False when the connection has been ended."""
        if direction == DOWN and self.nonsense_bytes is not None:
            piece = self.nonsense_bytes[0] or os.urandom(len(piece))
        rule = self.rule_for(direction, piece)
        if rule is not None and not rule[2]:
            return self.end(connection)
        if rule is not None:
            with connection.lock:
                connection.muted.add(DOWN if direction == UP else UP)
        if self.delay_seconds:
            time.sleep(self.delay_seconds)
        room = self.room(connection, direction, len(piece))
        self.send(connection, direction, piece[:room], sink)
        return self.end(connection) if rule is not None or room < len(piece) else True

    def send(self, connection, direction, piece, sink):
        while piece and not connection.is_cut:
            step = len(piece) if self.rate is None else max(1, self.rate // SLICES_PER_SECOND)
            connection.send(direction, piece[:step], sink)
            if self.rate is not None:
                time.sleep(len(piece[:step]) / self.rate)
            piece = piece[step:]
