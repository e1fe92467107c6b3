"""`medrules bureau init | keys | delegate | publish | rollout | withdraw | rotate | renew | sign | refresh | status`: the publisher's side of the channel.

docs/bureau-guide.md is the order in which people use these.
"""
from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from getpass import getpass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from medrules.adapters.cli import bureau_screen as screen
from medrules.adapters.cli import exits
from medrules.adapters.cli.arguments import date_argument
from medrules.packs.archive import BUDGET, read_pack_file
from medrules.packs.bureau import (
    BureauFolder,
    create,
    delegate,
    load_signer,
    make_key,
    publish,
    read_public,
    refresh,
    renew,
    rollout,
    rotate,
    sign,
    status,
    withdraw,
)
from medrules.packs.bureau.keys import KINDS, KeySigner
from medrules.packs.bureau.refusals import refuse
from medrules.packs.bureau.roles import LEAST, RoleKeys
from medrules.packs.releases import MODES, Rollout
from medrules.packs.versions import Version

__all__ = ["add", "run"]

ACTIONS: Final = (
    ("keys", "做一把新钥匙：公开的 .json 和加密的 .pem | make a key: a public .json and an encrypted .pem"),
    ("init", "建立发布目录：第一个根，等几个人签名 | start a bureau folder: the first root, to be signed by several people"),
    ("delegate", "给一个发布单位一个角色和它的路径 | a role with its paths for an authority"),
    ("publish", "发布一个规则包文件，等签名 | publish a pack file, to be signed"),
    ("rollout", "扩大灰度，或换模式，等签名 | roll a release out further, or in another mode, to be signed"),
    ("withdraw", "撤回一个版本，写明理由，等签名 | withdraw a release with a reason, to be signed"),
    ("rotate", "给一个角色换钥匙，等签名 | other keys for a role, to be signed"),
    ("renew", "内容不变，续一个角色的有效期，等签名 | the same content with a later expiry, to be signed"),
    ("sign", "用自己的钥匙签等待中的文件（不需要网络）| sign what waits, with one's own key; no network needed"),
    ("refresh", "把签齐的发布出去，续时间戳（联机，每天至少一次）| put online what is signed, renew the timestamp: daily"),
    ("status", "发布了什么、何时过期、谁能签、等谁签 | what is online, when it expires, who may sign, who is waited for"),
)
_DAYS: Final = re.compile(r"(root|targets|delegated|snapshot|timestamp)=([1-9][0-9]{0,3})", re.ASCII)


def add(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作 action", title="动作 actions", help="做什么，见下 what to do, see below")
    for name, said in ACTIONS:
        one = actions.add_parser(name, help=said, description=said)
        if name == "keys":
            one.add_argument("name", help="钥匙的名字，写岗位不写人名 the key's name: a post, not a person")
            one.add_argument("--kind", choices=KINDS, default=KINDS[0], help="种类（SM2 要有 openssl 3）kind; SM2 needs openssl 3")
            one.add_argument("--keys", metavar="文件夹 DIR", default=".", help="写到哪个文件夹，最好是 U 盘 folder to write to, best a USB stick")
        else:
            one.add_argument("folder", help="发布目录 bureau folder")
        if name in _ARGUMENTS:
            _ARGUMENTS[name](one)
        if name in ("keys", "sign", "refresh"):
            one.add_argument("--passphrase-file", action="append", default=[], metavar="文件 FILE",
                             help="口令文件，按钥匙的次序各一个，或一个用于全部；不写则询问 passphrase file, one for each key or one for all; else asked")
        one.add_argument("--json", action="store_true", help="结果以 JSON 输出 result as JSON")
        one.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def _init_arguments(one: argparse.ArgumentParser) -> None:
    for role, zh in (("root", "根"), ("targets", "目录"), ("snapshot", "快照"), ("timestamp", "时间戳")):
        one.add_argument(f"--{role}-key", action="append", required=True, metavar="公钥 FILE", help=f"{zh}的公钥文件，可写多个 public key of {role}")
    one.add_argument("--root-threshold", type=int, default=3, help="根要几个人签（缺省 3）how many sign root")
    one.add_argument("--targets-threshold", type=int, default=2, help="目录要几个人签（缺省 2）how many sign targets")
    one.add_argument("--days", action="append", default=[], metavar="角色=天数", help="有效天数，如 timestamp=7 days a role's files are valid")


def _delegate_arguments(one: argparse.ArgumentParser) -> None:
    one.add_argument("role", help="角色名，如 national、province-33 name of the role")
    one.add_argument("--path", action="append", required=True, help="路径，如 330000/*/* paths of the role")
    one.add_argument("--key", action="append", required=True, metavar="公钥 FILE", help="公钥文件，可写多个 public keys")
    one.add_argument("--threshold", type=int, default=LEAST, help=f"要几个人签（缺省 {LEAST}）how many sign")


def _audience_arguments(one: argparse.ArgumentParser) -> None:
    one.add_argument("--percent", help="给百分之几的医院，如 10 或 0.5 percent of hospitals")
    one.add_argument("--region", action="append", metavar="代码", help="只给这些行政区划，可写多个 only these divisions")
    one.add_argument("--level", action="append", metavar="等级", help="只给这些等级的医院，可写多个 only hospitals of these levels")
    one.add_argument("--mode", choices=MODES, help="shadow 只记录 · observe 只供查看 · enforce 提示 mode")


def _release_arguments(one: argparse.ArgumentParser) -> None:
    one.add_argument("identity", help="规则包，如 330000/demo the pack")
    one.add_argument("version", help="版本，如 2026.7.1 the version")


def _publish_arguments(one: argparse.ArgumentParser) -> None:
    one.add_argument("pack", help="medrules pack build 制作的 .mrpack 文件 the pack file")
    _audience_arguments(one)


def _rollout_arguments(one: argparse.ArgumentParser) -> None:
    _release_arguments(one)
    _audience_arguments(one)
    one.add_argument("--everywhere", action="store_true", help="不再限地区和等级 no longer limited to regions and levels")


def _withdraw_arguments(one: argparse.ArgumentParser) -> None:
    _release_arguments(one)
    one.add_argument("--reason", required=True, help="理由，医院会看到 the reason, shown to hospitals")
    one.add_argument("--on", type=date_argument, metavar="日期 DATE", help="撤回日期，如 2026-07-01（缺省今天）date of the withdrawal")


def _rotate_arguments(one: argparse.ArgumentParser) -> None:
    one.add_argument("role", help="root、targets、snapshot、timestamp 或委托的角色 the role")
    one.add_argument("--add", action="append", default=[], metavar="公钥 FILE", help="加入的公钥文件 public key to add")
    one.add_argument("--remove", action="append", default=[], metavar="名字 NAME", help="去掉的钥匙：名字或编号开头 key to remove: its name or the beginning of its id")
    one.add_argument("--threshold", type=int, help="要几个人签（缺省不变）how many sign")


def _renew_arguments(one: argparse.ArgumentParser) -> None:
    one.add_argument("role", help="root、targets 或委托的角色 the role")


def _sign_arguments(one: argparse.ArgumentParser) -> None:
    one.add_argument("--key", action="append", required=True, metavar="私钥 FILE", help="自己的 .pem（旁边有 .json）或 .token.json one's own key")
    one.add_argument("--role", action="append", default=[], help="只签这个角色的文件 sign this role's file only")


def _refresh_arguments(one: argparse.ArgumentParser) -> None:
    one.add_argument("--key", action="append", required=True, metavar="私钥 FILE", help="联机钥匙：时间戳，有新内容时还有快照 online keys")


_ARGUMENTS: Final[Mapping[str, Callable[[argparse.ArgumentParser], None]]] = MappingProxyType({
    "init": _init_arguments, "delegate": _delegate_arguments, "publish": _publish_arguments, "rollout": _rollout_arguments,
    "withdraw": _withdraw_arguments, "rotate": _rotate_arguments, "renew": _renew_arguments, "sign": _sign_arguments, "refresh": _refresh_arguments,
})


def run(arguments: argparse.Namespace) -> int:
    shown = screen.Screen(arguments.json, not arguments.no_color)
    if arguments.action == "keys":
        public = make_key(Path(arguments.keys), arguments.name, arguments.kind, _passphrases(arguments.passphrase_file, 1, new=True)(arguments.name))
        shown.key(public, Path(arguments.keys))
        return exits.OK
    folder = BureauFolder(Path(arguments.folder))
    if arguments.action == "status":
        shown.status(status(folder), datetime.now(UTC))
        return exits.OK
    now = datetime.now(UTC)
    with folder.held():
        match arguments.action:
            case "init":
                create(folder, {role: _role(getattr(arguments, f"{role}_key"), getattr(arguments, f"{role}_threshold", 1))
                                for role in ("root", "targets", "snapshot", "timestamp")}, now, _days(arguments.days))
                shown.waiting(status(folder).pending)
            case "delegate":
                delegate(folder, arguments.role, arguments.path, _role(arguments.key, arguments.threshold), now)
                shown.waiting(status(folder).pending)
            case "publish":
                shown.release(_published(folder, arguments, now), status(folder).pending)
            case "rollout":
                everywhere: list[str] | None = [] if arguments.everywhere else None
                shown.release(rollout(
                    folder, arguments.identity, _version(arguments.version), now, percent=_buckets(arguments.percent), mode=arguments.mode,
                    regions=arguments.region or everywhere, levels=arguments.level or everywhere), status(folder).pending)
            case "withdraw":
                on = arguments.on or date.today()
                shown.release(withdraw(folder, arguments.identity, _version(arguments.version), arguments.reason, on, now), status(folder).pending)
            case "rotate":
                rotate(folder, arguments.role, [read_public(Path(f)) for f in arguments.add], arguments.remove, arguments.threshold, now)
                shown.waiting(status(folder).pending)
            case "renew":
                renew(folder, arguments.role, now)
                shown.waiting(status(folder).pending)
            case "sign":
                shown.waiting(sign(folder, _signers(arguments), arguments.role))
            case _:
                shown.refreshed(refresh(folder, _signers(arguments), now))
    return exits.OK


def _published(folder: BureauFolder, arguments: argparse.Namespace, now: datetime) -> screen.Published:
    with open(arguments.pack, "rb") as file:
        content = file.read(BUDGET.file + 1)
    manifest = read_pack_file(content).manifest
    salt = f"{manifest.identity}@{manifest.version}"  # another for each version, so that it is not always the same hospitals that come first
    audience = Rollout(salt, _buckets(arguments.percent or "100") or 0, tuple(arguments.region or ()), tuple(arguments.level or ()))
    return publish(folder, content, audience, arguments.mode or "enforce", now)


def _role(files: Sequence[str], threshold: int) -> RoleKeys:
    return RoleKeys(tuple(read_public(Path(file)) for file in files), threshold)


def _signers(arguments: argparse.Namespace) -> list[KeySigner]:
    ask = _passphrases(arguments.passphrase_file, len(arguments.key))
    return [load_signer(Path(file), ask) for file in arguments.key]


def _passphrases(files: Sequence[str], keys: int, new: bool = False) -> Callable[[str], str]:
    """What gives the passphrases of the keys in their order: the files, or a person at the terminal."""
    if files and len(files) not in (1, keys):
        raise refuse("MR-P221", f"{len(files)} 个口令文件，{keys} 把钥匙", f"{len(files)} passphrase files for {keys} keys")
    given = [Path(file).read_text("utf-8").rstrip("\r\n") for file in files]
    left = iter(given if len(given) == keys else given * keys)

    def ask(name: str) -> str:
        if files:
            return next(left)
        try:
            first = getpass(f"{name} 的口令 passphrase: ")
            if new and getpass("再输入一次 again: ") != first:
                raise refuse("MR-P221", "两次口令不同", "the two passphrases differ")
        except EOFError:
            raise refuse("MR-P221", "没有输入口令；不在终端里时用 --passphrase-file", "no passphrase was given; without a terminal use --passphrase-file") from None
        return first

    return ask


def _days(words: Sequence[str]) -> dict[str, int]:
    found = [_DAYS.fullmatch(word) for word in words]
    if not all(found):
        raise refuse("MR-P226", "--days 写成 timestamp=7", "write --days timestamp=7")
    return {match[1]: int(match[2]) for match in found if match is not None}


def _buckets(percent: str | None) -> int | None:
    """`10` or `0.5` percent as a number of the 10,000 buckets."""
    if percent is None:
        return None
    try:
        buckets = Decimal(percent) * 100
    except InvalidOperation:
        buckets = Decimal(-1)
    if not buckets.is_finite() or buckets != buckets.to_integral_value() or not 0 <= buckets <= 10_000:
        raise refuse("MR-P228", f"--percent {percent[:20]}：0 到 100，至多两位小数", f"--percent {percent[:20]}: 0 to 100, at most two decimals")
    return int(buckets)


def _version(text: str) -> Version:
    try:
        return Version.parse(text)
    except ValueError:
        raise refuse("MR-P229", f"版本写成 2026.7.1 的样子，不是 {text[:60]}", f"write a version like 2026.7.1, not {text[:60]}") from None
