"""`medrules site …`: the hospital's side of rule packs. Each action has a file of its own; this one only finds it."""
from __future__ import annotations

import argparse
from importlib import import_module
from types import ModuleType
from typing import Final

# action → the module that has its `add` and `run`
_ACTIONS: Final = (
    ("init", "site_init", "首次配置：写 site.toml，核对信任根 | first set-up: site.toml, with the root compared"),
    ("update", "site_update", "取得、核对、试装并启用发给本院的规则包 | fetch, verify, try and activate what is meant for this hospital"),
    ("status", "site_status", "启用的版本、渠道是否过期、有什么问题 | what is active, how fresh its channels are, what is wrong"),
    ("rollback", "site_rollback", "紧急时退回以前核对过的版本，写明原因，到期自动结束 | back to a version verified before; recorded, and only for a time"),
    ("history", "site_history", "台账：何时启用了哪些版本、为什么、什么没成 | the ledger: what was activated when and why, what was refused"),
    ("verify", "site_verify", "重新核对规则库的每个字节和签名 | check every byte and signature of the store again"),
    ("why", "site_why", "一条规则在本院为何是这个提醒方式：各层和本院各说了什么 | why a rule is at its tier here: what each layer says"),
    ("overlay", "site_overlay", "检查本院的 overlay.toml，显示它改了什么 | check the hospital's overlay and show what it changes"),
    ("shadow", "site_shadow", "试运行的版本会改变什么：按规则、科室、金额 | what a version in trial would change, by rule, department and amount"),
)


def _module(name: str) -> ModuleType:
    return import_module(f"medrules.adapters.cli.{name}")


def add(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作 action", title="动作 actions", help="做什么，见下 what to do, see below")
    for name, module, said in _ACTIONS:
        one = actions.add_parser(name, help=said, description=said)
        _module(module).add(one)
        one.add_argument("--json", action="store_true", help="以 JSON 输出 as JSON")
        one.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def run(arguments: argparse.Namespace) -> int:
    module = {name: module for name, module, _ in _ACTIONS}[arguments.action]
    return int(_module(module).run(arguments))
