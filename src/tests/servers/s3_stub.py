"""Stands in front of an S3 server: checks every signature and every hash, knows the uploads that were never completed and the
condition of a copy, writes a log, and does wrong on demand.

stub.fault is None or a function of a request that gives None or what goes wrong with it, a dictionary with one of
  status, code, retry_after   that answer instead
  black_hole                  no answer as long as the fault lasts
  reset                       the connection is closed without an answer
  cut                         half of the body, then the end
  etag, content_range, body   a function of the true value gives another one
  lost                        the answer of a write that is not made"""
import base64
import hashlib
import hmac
import http.client
import re
import threading
import time
import urllib.parse
from email.utils import formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def error_body(code):
    return (XML + f"<Error><Code>{code}</Code><Message>as the test wants</Message></Error>").encode()


def encode(text, safe=""):
    return urllib.parse.quote(text, safe=safe + "-._~")


def signature(secret, scope, stamp, method, path, raw_query, headers, names, payload):
    """As the reference describes it, in hexadecimal. path: decoded; names: of the signed headers, in order."""
    query = "&".join(sorted(f"{encode(n)}={encode(v)}" for n, v in urllib.parse.parse_qsl(raw_query, keep_blank_values=True)))
    lines = "".join(f"{n}:{' '.join(headers.get(n, '').split())}\n" for n in names)
    canonical = "\n".join([method, encode(path, "/"), query, lines, ";".join(names), payload])
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for step in (*scope.split("/"), text):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return key.hex()


class Request:
    """What came, and once answered, what went."""

    def __init__(self, handler):
        self.method = handler.command
        path, _, query = handler.path.partition("?")
        self.path, self.raw_path, self.raw_query = urllib.parse.unquote(path), path, query
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.body = handler.rfile.read(int(self.headers.get("content-length", 0)))
        self.key = self.path.lstrip("/").partition("/")[2]
        self.range = self.headers.get("range")
        self.time = time.monotonic()
        self.status = self.sent = self.fault = None

    def is_write(self):
        return self.method in ("PUT", "POST")

    def __repr__(self):
        return f"{self.method} {self.path}?{self.raw_query} {self.range or ''} -> {self.status} {self.sent}"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Stub:
    page_size = 7

    def __init__(self, target_port, key, secret):
        self.target_port, self.key, self.secret = target_port, key, secret
        self.fault, self.log, self.violations, self.uploads = None, [], [], {}
        self.lock, self.key_locks = threading.Lock(), {}
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version, wbufsize, disable_nagle_algorithm = "HTTP/1.1", 65536, True

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except (OSError, http.client.HTTPException):
                    self.close_connection = True

            def serve(self):
                stub.serve(self)

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = serve

            def log_message(self, *arguments):
                pass

        class HttpServer(ThreadingHTTPServer):
            daemon_threads, request_queue_size = True, 256

        self.server = HttpServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = None

    def start(self):
        if self.thread is None:
            self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
            self.thread.start()

    def stop(self):
        self.fault = None
        if self.thread is not None:
            self.server.shutdown()
            self.thread.join()
            self.thread = None
        self.server.server_close()

    def requests(self, **wanted):
        """Of the log, those with these members."""
        return [r for r in list(self.log) if all(getattr(r, name) == value for name, value in wanted.items())]

    # What every request goes through.

    def serve(self, handler):
        request = Request(handler)
        fault = self.fault(request) if self.fault else None
        request.fault = fault
        with self.lock:
            self.log.append(request)
            key_lock = self.key_locks.setdefault(request.path, threading.Lock())
        if fault and self.instead(handler, request, fault):
            return
        complaint = self.complaint(request)
        if complaint:
            self.violations.append((complaint, request))
            answer = Answer(403, {}, error_body(complaint))
        else:
            with key_lock:  # s3rver's writes are not atomic
                answer = self.lost(request) if fault and "lost" in fault else self.answer(request)
        if fault:
            self.spoil(answer, fault)
        self.send(handler, request, answer, cut=bool(fault and "cut" in fault))

    def instead(self, handler, request, fault):
        if "black_hole" in fault:
            until = time.monotonic() + 60
            while self.fault is not None and time.monotonic() < until:
                time.sleep(0.02)
        if "black_hole" in fault or "reset" in fault:
            handler.close_connection = True
            return True
        if "status" not in fault:
            return False
        headers = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
        self.send(handler, request, Answer(fault["status"], headers, error_body(fault.get("code", "InternalError"))))
        return True

    @staticmethod
    def spoil(answer, fault):
        if "etag" in fault and "ETag" in answer.headers:
            answer.headers["ETag"] = fault["etag"](answer.headers["ETag"])
        if "content_range" in fault and "Content-Range" in answer.headers:
            answer.headers["Content-Range"] = fault["content_range"](answer.headers["Content-Range"])
        if "body" in fault:
            answer.body = fault["body"](answer.body)

    @staticmethod
    def send(handler, request, answer, cut=False):
        request.status, request.sent = answer.status, len(answer.body)
        handler.send_response_only(answer.status)
        length = answer.headers.pop("Content-Length", None) if request.method == "HEAD" else None
        for name, value in {"Date": formatdate(usegmt=True), **answer.headers}.items():
            handler.send_header(name, value)
        if answer.status != 204:
            handler.send_header("Content-Length", length or str(len(answer.body)))
        handler.end_headers()
        if request.method != "HEAD":
            handler.wfile.write(answer.body[:len(answer.body) // 2] if cut else answer.body)
        handler.wfile.flush()
        if cut:
            handler.close_connection = True

    # Signatures, as the reference describes them, once more and by other means than the program's.

    def complaint(self, request):
        given = request.headers.get("authorization", "")
        found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([a-z0-9-]+)/s3/aws4_request, "
                             r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})", given)
        if not found or found[1] != self.key:
            return "InvalidAccessKeyId" if found else "AccessDenied"
        payload, stamp = request.headers.get("x-amz-content-sha256"), request.headers.get("x-amz-date", "")
        if payload != hashlib.sha256(request.body).hexdigest():
            return "XAmzContentSHA256Mismatch"
        md5 = request.headers.get("content-md5")
        if md5 and md5 != base64.b64encode(hashlib.md5(request.body).digest()).decode():
            return "BadDigest"
        if abs(time.time() - time.mktime(time.strptime(stamp, "%Y%m%dT%H%M%SZ")) + time.timezone) > 900:
            return "RequestTimeTooSkewed"
        names = found[4].split(";")
        if names != sorted(names) or any(n not in names for n in request.headers if n == "host" or n.startswith("x-amz-")):
            return "SignatureDoesNotMatch"
        scope = f"{found[2]}/{found[3]}/s3/aws4_request"
        wanted = signature(self.secret, scope, stamp, request.method, request.path, request.raw_query, request.headers, names, payload)
        return None if wanted == found[5] else "SignatureDoesNotMatch"

    # What s3rver does not know, and the rest.

    def answer(self, request):
        upload = request.query.get("uploadId")
        if request.method == "GET" and "uploads" in request.query:
            return self.list_uploads(request)
        if request.method == "DELETE" and upload:
            known = self.uploads.pop(upload, None)
            return Answer(204, {}, b"") if known else Answer(404, {}, error_body("NoSuchUpload"))
        if upload and upload not in self.uploads:
            return Answer(404, {}, error_body("NoSuchUpload"))
        since = request.headers.get("x-amz-copy-source-if-unmodified-since")
        if since and "/ignores-conditions/" not in request.path and self.was_modified(request.headers["x-amz-copy-source"], since):
            return Answer(412, {}, error_body("PreconditionFailed"))
        if "list-type" in request.query:
            return self.list_objects(request)
        answer = self.forward(request.method, request.raw_path + ("?" + request.raw_query if request.raw_query else ""),
                              request.body, request.headers)
        if request.method == "POST" and "uploads" in request.query and answer.status == 200:
            self.uploads[re.search(rb"<UploadId>(.*?)</UploadId>", answer.body)[1].decode()] = (request.key, time.time())
        if request.method == "POST" and upload and answer.status == 200:
            self.uploads.pop(upload, None)
            answer.body = re.sub(rb"<ETag>.*?</ETag>", b"<ETag></ETag>", answer.body)  # as Ceph does
        return answer

    def forward(self, method, path, body, headers):
        """Without the signature: s3rver does not check it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.target_port, timeout=60)
        kept = {n: v for n, v in headers.items() if n not in ("authorization", "connection", "host", "accept-encoding", "expect")}
        connection.request(method, path, body, kept)
        response = connection.getresponse()
        answer = Answer(response.status, {n.title() if n.lower() != "etag" else "ETag": v for n, v in response.getheaders()
                                          if n.lower() not in ("connection", "transfer-encoding", "keep-alive")}, response.read())
        if method != "HEAD":
            answer.headers.pop("Content-Length", None)
        connection.close()
        return answer

    def was_modified(self, source, since):
        head = self.forward("HEAD", source, b"", {})
        if "Last-Modified" not in head.headers:
            return False
        return parsedate_to_datetime(head.headers["Last-Modified"]) > parsedate_to_datetime(since)

    def list_objects(self, request):
        """By pages of our own, so that every list has several: s3rver's fail."""
        answer = self.forward("GET", f"{request.raw_path}?list-type=2&prefix={encode(request.query.get('prefix', ''))}", b"",
                              request.headers)
        if answer.status != 200:
            return answer
        after = base64.b64decode(request.query.get("continuation-token", "")).decode()
        entries = sorted((re.search("<Key>(.*?)</Key>", entry)[1], entry)
                         for entry in re.findall("<Contents>.*?</Contents>", answer.body.decode(), re.S))
        page = [(key, entry) for key, entry in entries if key > after]
        more, page = len(page) > self.page_size, page[:self.page_size]
        token = f"<NextContinuationToken>{base64.b64encode(page[-1][0].encode()).decode()}</NextContinuationToken>" if more else ""
        answer.body = (XML + '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><KeyCount>%d</KeyCount><IsTruncated>%s'
                       "</IsTruncated>%s%s</ListBucketResult>" % (len(page), str(more).lower(), token,
                                                                  "".join(entry for _, entry in page))).encode()
        return answer

    def list_uploads(self, request):
        entries = "".join(
            f"<Upload><Key>{key}</Key><UploadId>{name}</UploadId><Initiated>"
            f"{time.strftime('%Y-%m-%dT%H:%M:%S.000Z', time.gmtime(begun))}</Initiated></Upload>"
            for name, (key, begun) in sorted(self.uploads.items()) if key.startswith(request.query.get("prefix", "")))
        return Answer(200, {}, (XML + f"<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>{entries}"
                                "</ListMultipartUploadsResult>").encode())

    @staticmethod
    def lost(request):
        return Answer(200, {"ETag": f'"{hashlib.md5(request.body).hexdigest()}"'}, b"")
