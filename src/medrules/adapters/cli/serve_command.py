"""`medrules serve --pack DIR`: the local HTTP service for systems that cannot load Python."""
from __future__ import annotations

import argparse
import logging
import os
import socket
from dataclasses import replace
from pathlib import Path

from medrules.adapters.cli import exits, history_option
from medrules.adapters.cli.console import error_console
from medrules.adapters.cli.rules import add_rules, opened
from medrules.adapters.nhsa import SiteSettings
from medrules.adapters.sidecar import ServiceSettings, serve
from medrules.errors import MedRulesError


def add(parser: argparse.ArgumentParser) -> None:
    add_rules(parser)
    parser.add_argument("--shadow-log", help="试运行的版本会改变什么，记到这个文件（和 --store 一起用）log what a version in trial would change")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址，缺省只在本机 address, loopback by default")
    parser.add_argument("--port", type=int, default=8310, help="端口，缺省 8310；0 是任一空闲端口 port")
    parser.add_argument("--site", help="站点设置 TOML 文件 site settings")
    history_option.add(parser)
    parser.add_argument("--feedback-file", help="3103 反馈追加到这个文件（JSON 行）feedback is appended to this file")
    parser.add_argument("--allow-remote", action="store_true", help="允许监听本机以外的地址 listen beyond loopback")


def run(arguments: argparse.Namespace) -> int:
    site = SiteSettings.from_toml(Path(arguments.site)) if arguments.site else SiteSettings()
    settings = ServiceSettings.from_toml(Path(arguments.site)) if arguments.site else ServiceSettings()
    if arguments.allow_remote:
        settings = replace(settings, allow_remote=True)
    if arguments.shadow_log and not arguments.store:
        raise MedRulesError("--shadow-log 要和 --store 一起用 / --shadow-log needs --store")
    engine = history_option.asked(opened(arguments, arguments.shadow_log), arguments, site)
    _can_listen(arguments.host, arguments.port)
    if arguments.feedback_file and not Path(arguments.feedback_file).resolve().parent.is_dir():
        raise MedRulesError(f"反馈文件所在的文件夹不存在：{arguments.feedback_file} / the folder of the feedback file does not exist")
    logging.basicConfig(format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("medrules.sidecar").setLevel(logging.INFO)  # one line for each request, never its content
    serve(
        engine, arguments.host, arguments.port, site=site, settings=settings, feedback_file=arguments.feedback_file,
        started=_say_where,
    )
    return exits.OK


def _say_where(address: str) -> None:
    error_console().print(f"medrules 服务 / serving {address} （Ctrl+C 停止 to stop）", markup=False)


def _can_listen(host: str, port: int) -> None:
    """Raise a sentence now, instead of a server's log later, when the port is taken or the address is not of this machine."""
    if not 0 <= port <= 65535:
        raise MedRulesError(f"端口应在 0 至 65535：{port} / not a port")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name != "nt":  # there it would let two listen
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError:
        raise MedRulesError(f"不能监听 {host}:{port}：端口被占用，或不是本机地址 / the port is taken, or the address is not of this machine") from None
