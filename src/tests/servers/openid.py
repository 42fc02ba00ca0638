"""A real OpenID provider (oidc-provider from npm), and a browser just good enough to sign in with it."""
import http.cookiejar
import os
import re
import urllib.error
import urllib.parse
import urllib.request

from s3 import packages
from server import Server

HERE = os.path.dirname(os.path.abspath(__file__))


class OpenidProvider(Server):
    def __init__(self, *return_addresses):
        super().__init__()
        self.packages, self.return_addresses = packages(), return_addresses

    def command(self):
        return ["node", os.path.join(HERE, "openid_provider.mjs"), str(self.port), self.packages, *self.return_addresses]

    def url(self):
        """The issuer."""
        return f"http://127.0.0.1:{self.port}"


class StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    def __init__(self):
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), StayHere,
                                                  urllib.request.ProxyHandler({}))

    def ask(self, url, form=None):
        """(status, address it sends to or None, page)"""
        data = None if form is None else urllib.parse.urlencode(form).encode()
        try:
            with self.opener.open(url, data, timeout=20) as answer:
                return answer.status, None, answer.read().decode()
        except urllib.error.HTTPError as answer:
            where = answer.headers.get("Location")
            return answer.code, where and urllib.parse.urljoin(url, where), answer.read().decode()

    def sign_in(self, url, login, back):
        """Signs in and agrees to everything; what comes back to the address back, as a dictionary."""
        form = None
        for _ in range(20):
            status, where, page = self.ask(url, form)
            form = None
            if where is not None and where.startswith(back):
                return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(where).query))
            if where is not None:
                url = where
                continue
            action = re.search(r'<form[^>]*action="([^"]+)"', page)
            prompt = re.search(r'name="prompt" value="([^"]+)"', page)
            if action is None or prompt is None:
                raise AssertionError(f"{status} {url}: {page[:2000]}")
            url = urllib.parse.urljoin(url, action[1])
            form = {"prompt": prompt[1], "login": login, "password": "anything"}
        raise AssertionError("the provider sends in circles")
