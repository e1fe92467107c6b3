"""`medrules site init FOLDER`: site.toml of a hospital, with the first root beside it, compared with the SHA-256 that people were told."""
from __future__ import annotations

import argparse
from hashlib import sha256
from pathlib import Path

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import console, print_json
from medrules.adapters.cli.files import write_text, write_whole
from medrules.errors import MedRulesError
from medrules.hospital.site_file import read_site_file
from medrules.packs.store.faults import refuse

__all__ = ["add", "run"]


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", help="放 site.toml 的文件夹（新建）folder for site.toml")
    parser.add_argument("--hospital", required=True, metavar="编码 CODE", help="医疗机构编码 institution code")
    parser.add_argument("--name", default="", metavar="名称 NAME", help="名称 name")
    parser.add_argument("--level", required=True, metavar="等级 LEVEL", help="等级，例如 三级 level")
    parser.add_argument("--adcode", required=True, metavar="代码 CODE", help="所在地行政区划代码，6 位 division code of six digits")
    parser.add_argument("--channel", default="national", metavar="渠道 NAME", help="渠道的名字，缺省 national name of the channel")
    parser.add_argument("--url", required=True, help="来源：http(s)://… 或 dir:文件夹 source")
    parser.add_argument("--packs", action="append", required=True, metavar="规则包 PACK", help="要哪些规则包，例如 100000/national，可写多次 the packs")
    parser.add_argument("--root", required=True, metavar="文件 FILE", help="发布单位交给的第一个根 the first root, as handed over")
    parser.add_argument("--root-sha256", required=True, metavar="散列 HEX", help="发布单位另外告知的 SHA-256 its SHA-256, as told by another way")


def run(arguments: argparse.Namespace) -> int:
    folder = Path(arguments.folder)
    target = folder / "site.toml"
    if target.exists():
        raise MedRulesError(f"已经有了，不覆盖：{target} / it is there already")
    root = Path(arguments.root).read_bytes()
    if sha256(root).hexdigest() != arguments.root_sha256.strip().lower():
        raise refuse("MR-P333", "文件的 SHA-256 与告知的不同", "the file's SHA-256 is not the one that was told")
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{arguments.channel}-root.json"
    write_whole(folder / name, root)
    write_text(target, _text(arguments, name))
    try:
        site = read_site_file(target)
    except MedRulesError:
        target.unlink()
        raise
    if arguments.json:
        print_json({"file": str(target), "hospital": site.place.hospital, "store": str(site.store), "channels": [c.name for c in site.channels]})
    else:
        console(not arguments.no_color).print(f"已写 written：{target}\n接着 next：medrules update --site {target}", markup=False, soft_wrap=True)
    return exits.OK


def _text(arguments: argparse.Namespace, root: str) -> str:
    packs = ", ".join(_quoted(p) for p in arguments.packs)
    return "".join(f"{line}\n" for line in (
        f"hospital = {_quoted(arguments.hospital)}", f"name = {_quoted(arguments.name)}", f"level = {_quoted(arguments.level)}",
        f"adcode = {_quoted(arguments.adcode)}", 'store = "store"', "", "[[channel]]", f"name = {_quoted(arguments.channel)}",
        f"url = {_quoted(arguments.url)}", f"root = {_quoted(root)}", f"root_sha256 = {_quoted(arguments.root_sha256.strip().lower())}",
        f"packs = [{packs}]"))


def _quoted(text: str) -> str:
    """A TOML text; what TOML would read otherwise is refused."""
    if any(c in '"\\' or not c.isprintable() for c in text):
        raise MedRulesError(f"不能含有引号、反斜杠和控制字符：{text[:60]!r} / no quotes, backslashes or control characters")
    return f'"{text}"'
