"""What `medrules bureau` shows: keys, who still has to sign, what hospitals will see, what is online."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from medrules.adapters.cli.console import Panel, Table, console, escape, print_json
from medrules.packs.bureau import BureauStatus, PublicKeyFile, Refreshed
from medrules.packs.bureau.releasing import Published
from medrules.packs.bureau.signing import Progress
from medrules.packs.releases import BUCKETS, Release

__all__ = ["Published", "Screen"]


class Screen:
    """One of two ways to show things: tables for people, JSON for machines."""

    def __init__(self, as_json: bool, color: bool) -> None:
        self._json = as_json
        self._console = console(color)

    def key(self, public: PublicKeyFile, folder: Path) -> None:
        if self._json:
            print_json({"name": public.name, "keyid": public.key.keyid, "kind": public.key.keytype, "public": str(folder / f"{public.name}.json"),
                        "private": str(folder / f"{public.name}.pem")})
            return
        self._console.print(f"新钥匙 new key：{public.name}（{public.key.keytype}）编号 id {public.key.keyid}", markup=False)
        self._console.print(f"公钥 public：{folder / public.name}.json（交给发布目录 hand it over）", markup=False)
        self._console.print(f"私钥 private：{folder / public.name}.pem（加密，自己保管 encrypted, keep it）", markup=False)

    def waiting(self, pending: Sequence[Progress]) -> None:
        if self._json:
            print_json({"pending": [_progress(one) for one in pending]})
            return
        self._waiting(pending)

    def release(self, made: Published, pending: Sequence[Progress]) -> None:
        if self._json:
            print_json({"role": made.role, "pack": made.identity, "release": _release(made.release), "changes": made.changes,
                        "pending": [_progress(one) for one in pending]})
            return
        table = Table(title=f"医院将看到 what hospitals will see：{escape(made.identity)}", show_header=False)
        for label, text in _facts(made.release):
            table.add_row(label, escape(text))
        self._console.print(table)
        if made.changes:
            self._console.print(Panel(escape(made.changes.strip()), title="变更公示 notice"))
        self._waiting(pending)

    def refreshed(self, done: Refreshed) -> None:
        if self._json:
            print_json({"versions": dict(done.versions), "waiting": dict(done.waiting), "expires": _time(done.expires)})
            return
        news = "，".join(f"{role} v{version}" for role, version in done.versions.items())
        self._console.print(f"已发布 online：{news}；最早过期 first to expire {_time(done.expires)}", markup=False)
        for role, missing in done.waiting.items():
            self._console.print(f"还在等 waiting：{role}，差 {missing} 个签名 signatures" if missing else f"还在等 waiting：{role} 所委托的角色 its roles", markup=False)

    def status(self, found: BureauStatus, now: datetime) -> None:
        if self._json:
            print_json({
                "roles": [{"role": r.role, "version": r.version, "expires": _time(r.expires), "days_left": (r.expires - now).days, "threshold": r.threshold, "keys": list(r.keys),
                           "paths": list(r.paths)} for r in found.roles],
                "packs": [{"pack": f"{p.adcode}/{p.name}", "releases": [_release(r) for r in p.releases]} for p in found.packs],
                "pending": [_progress(one) for one in found.pending]})
            return
        roles = Table(title="角色 roles")
        for heading in ("角色 role", "版本 version", "过期 expires", "门限 threshold", "钥匙 keys", "路径 paths"):
            roles.add_column(heading)
        for role in found.roles:
            roles.add_row(role.role, str(role.version), _expiry(role.expires, now, role.role), f"{role.threshold}/{len(role.keys)}", escape("\n".join(role.keys)),
                          escape("\n".join(role.paths)))
        self._console.print(roles)
        if found.packs:
            packs = Table(title="规则包 packs")
            for heading in ("规则包 pack", "版本 version", "生效 effective", "灰度 rollout", "模式 mode", "撤回 withdrawn"):
                packs.add_column(heading)
            for index in found.packs:
                for release in index.releases:
                    facts = dict(_facts(release))
                    packs.add_row(f"{index.adcode}/{index.name}", str(release.version), facts["生效 effective"], escape(facts["灰度 rollout"]), release.mode,
                                  escape(facts.get("撤回 withdrawn", "")))
            self._console.print(packs)
        self._waiting(found.pending)

    def _waiting(self, pending: Sequence[Progress]) -> None:
        if not pending:
            self._console.print("没有等签名的文件 nothing waits for signatures")
            return
        table = Table(title="等签名 waiting for signatures", caption="签名前先核对摘要 compare the digest before signing")
        for heading in ("文件 file", "还差 missing", "已签 signed", "可签 may sign", "摘要 digest"):
            table.add_column(heading)
        for one in pending:
            table.add_row(f"{one.role} v{one.version}", str(one.missing) if one.missing else "签齐 complete", escape("\n".join(one.signed)),
                          escape("\n".join(one.may_sign)), one.digest[:16])
        self._console.print(table)
        for one in pending:
            self._console.print(Panel(escape("\n".join(one.changes)), title=f"签名意味着 to sign it means：{one.role} v{one.version}", title_align="left"))


def _progress(one: Progress) -> dict[str, Any]:
    return {"role": one.role, "version": one.version, "digest": one.digest, "changes": list(one.changes), "missing": one.missing,
            "signed": list(one.signed), "may_sign": list(one.may_sign)}


def _release(r: Release) -> dict[str, Any]:
    return {
        "version": str(r.version), "target": r.target, "sha256": r.sha256, "length": r.length, "effective": r.effective.as_json(), "mode": r.mode,
        "rollout": {"percent": r.rollout.percent, "of": BUCKETS, "regions": list(r.rollout.regions), "levels": list(r.rollout.levels)},
        "supersedes": [{"version": str(s.version), "reason": s.reason} for s in r.supersedes],
        "withdrawn": None if r.withdrawn is None else {"reason": r.withdrawn.reason, "on": r.withdrawn.on.isoformat()}}


def _facts(r: Release) -> list[tuple[str, str]]:
    percent = f"{r.rollout.percent // 100}.{r.rollout.percent % 100:02d}%"
    whom = "、".join([percent, *(f"地区 {x}" for x in r.rollout.regions), *r.rollout.levels])
    facts = [("版本 version", str(r.version)), ("生效 effective", f"{r.effective.begin} — {r.effective.end or ''}"), ("灰度 rollout", whom), ("模式 mode", r.mode),
             ("SHA-256", r.sha256), ("字节 bytes", f"{r.length:,}")]
    facts += [("取代 supersedes", f"{s.version}：{s.reason}") for s in r.supersedes]
    if r.withdrawn is not None:
        facts.append(("撤回 withdrawn", f"{r.withdrawn.on}：{r.withdrawn.reason}"))
    return facts


def _expiry(expires: datetime, now: datetime, role: str) -> str:
    """The date, and a word where somebody has to act: a month ahead where people sign, two days ahead where a machine does."""
    days = (expires - now).days
    if days < 0:
        return f"{_time(expires)} 已过期 expired"
    return f"{_time(expires)} 剩 {days} 天 days left" if days < (2 if role in ("snapshot", "timestamp") else 30) else _time(expires)


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
