"""
Debian's MediaWiki on SQLite, served by PHP's own server: a wiki that nobody reads without an account.

Its address is not known when it is made (the port may be taken later), so its settings take it, and the folder, from
the environment. Accounts: ADMIN and ANN are people, HUB is the hub's own; each has a bot password, as a program needs.
"""

import json
import re
import secrets
import shutil
import urllib.parse
from collections.abc import Mapping
from pathlib import Path

from machine import Process, ask, clean_environment, run, spawn
from server import Server

APP = Path("/usr/share/mediawiki")
WORKERS = "4"
PEOPLE = {"Admin": "", "Ann": "", "Hub": "bot"}
GRANTS = "basic,highvolume,editpage,createeditmovepage,delete,protect,editprotected"
SETTINGS = """
$ours = getenv('CASEHUB_WIKI');
$wgServer = getenv('CASEHUB_WIKI_URL') ?: $wgServer;
$wgSQLiteDataDir = "$ours/db";
foreach ($wgObjectCaches as $name => $cache) {
    if (isset($cache['server']['dbDirectory'])) {
        $wgObjectCaches[$name]['server']['dbDirectory'] = "$ours/db";
    }
}
if (isset($wgJobTypeConf['default']['server']['dbDirectory'])) {
    $wgJobTypeConf['default']['server']['dbDirectory'] = "$ours/db";
}
$wgCacheDirectory = "$ours/cache";
$wgUploadDirectory = "$ours/images";
$wgEnableEmail = false;
$wgRateLimits = [];
$wgJobRunRate = 0;
foreach (['read', 'edit', 'createaccount'] as $right) {
    $wgGroupPermissions['*'][$right] = false;
}
$wgWhitelistRead = ['Special:UserLogin'];
"""


class MediaWiki(Server):
    name = "mediawiki"
    prefix = "MEDIAWIKI"
    sources = ("mediawiki.py",)

    @property
    def debian(self) -> tuple[str, ...]:
        """A small web server that is never started satisfies the package, and keeps a big one from being pulled in."""
        php = tuple(f"php8.2-{part}" for part in ("cli", "cgi", "xml", "sqlite3", "mbstring", "intl", "opcache"))
        return (*php, "nginx-light", "mediawiki")

    @property
    def wiki(self) -> Path:
        return self.folder.root / "wiki"

    def install(self) -> None:
        """Debian's package is all there is."""

    def seed(self) -> None:
        shutil.rmtree(self.wiki, ignore_errors=True)
        for part in ("db", "cache", "images"):
            (self.wiki / part).mkdir(parents=True)
        passwords = {name: secrets.token_hex(16) for name in PEOPLE}
        self.folder.remember(passwords=passwords)
        self._php("install", *self._first_settings(), "Пресейл", "Admin", configured=False)
        with (self.wiki / "LocalSettings.php").open("a", encoding="utf-8") as file:
            file.write(SETTINGS)
        for name, group in PEOPLE.items():
            if name != "Admin":
                self._php("createAndPromote", *([f"--{group}"] if group else []), name, secrets.token_urlsafe(15))
            self._php("createBotPassword", "--appid", "sync", "--grants", GRANTS, name, passwords[name])

    def launch(self, port: int) -> Process:
        limits = ("opcache.enable_cli=1", "display_errors=0", "log_errors=1", "post_max_size=32M")
        flags = [part for limit in limits for part in ("-d", limit)]
        env = self._environment(CASEHUB_WIKI_URL=f"http://127.0.0.1:{port}", PHP_CLI_SERVER_WORKERS=WORKERS)
        return spawn(self.folder, ["php", *flags, "-S", f"127.0.0.1:{port}", "-t", str(APP)], env=env, cwd=APP)

    def answers_calls(self) -> bool:
        """The log-in page is the one thing that everybody may see."""
        form = urllib.parse.urlencode({"action": "query", "meta": "tokens", "type": "login", "format": "json"})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            status, body = ask(self.port, "/api.php", body=form.encode(), headers=kind)
        except OSError:
            return False
        return status == 200 and "logintoken" in json.loads(body).get("query", {}).get("tokens", {})

    def env(self) -> Mapping[str, str]:
        passwords = self.folder.facts()["passwords"]
        plain = {"URL": self.url, "API_URL": f"{self.url}/api.php", "LOG": str(self.server_log)}
        for name, password in passwords.items():
            plain |= {f"{name.upper()}_LOGIN": f"{name}@sync", f"{name.upper()}_PASSWORD": password}
        return {f"{self.prefix}_{name}": value for name, value in plain.items()}

    def _first_settings(self) -> list[str]:
        given = {
            "dbtype": "sqlite",
            "dbpath": str(self.wiki / "db"),
            "dbname": "wiki",
            "confpath": str(self.wiki),
            "server": "http://127.0.0.1",
            "scriptpath": "",
            "lang": "en",
            "pass": secrets.token_urlsafe(15),
            "with-extensions": "",
        }
        return [f"--{name}={value}" for name, value in given.items()]

    def _php(self, script: str, *arguments: str, configured: bool = True) -> None:
        env = self._environment() if configured else clean_environment()
        log = self.folder.log(re.sub(r"\W", "", script))
        run(["php", str(APP / "maintenance" / f"{script}.php"), *arguments], log=log, env=env)

    def _environment(self, **more: str) -> dict[str, str]:
        settings = str(self.wiki / "LocalSettings.php")
        return clean_environment(MW_CONFIG_FILE=settings, CASEHUB_WIKI=str(self.wiki), **more)
