"""The one registry of diagnostic codes. Adding an error is one entry here and one page in docs/errors/.

Letter after `MR-`: L lexing and limits · P1xx parsing (P2xx to P5xx: published packs, `medrules.errors.PACK_ERRORS`) · N names ·
T types and units · C clauses and rule shape · K knowledge tables · G code sets and packs · W lints (warnings).
Each entry: code → (zh template, en template, zh help, en help). Templates use `str.format` named fields.
"""
from __future__ import annotations

from typing import Any, NamedTuple

from medrules.diagnostics.diagnostic import Diagnostic, Severity
from medrules.diagnostics.source import Source, Span


class Twin(str):
    """A value of a template that each language says in its own words: the Chinese one is the text itself."""

    __slots__ = ("en",)
    en: str

    def __new__(cls, zh: str, en: str) -> Twin:
        made = super().__new__(cls, zh)
        made.en = en
        return made


class Entry(NamedTuple):
    zh: str
    en: str
    help_zh: str = ""
    help_en: str = ""
    severity: Severity = Severity.ERROR


CODES: dict[str, Entry] = {
    # -- L: lexing and limits, P: parsing (language) --
    "MR-L101": Entry(
        "文件太大：{size} 个字符，上限 {limit}", "The file is too large: {size} characters, the limit is {limit}",
        "按规则族拆成几个文件。", "Split it into one file per rule family.",
    ),
    "MR-L102": Entry(
        "词太多，超过 {limit} 个", "Too many words: more than {limit}",
        "按规则族拆成几个文件；一个子句太长时用「令」分步写。",
        "Split the file by rule family; write a long clause in steps with `let`.",
    ),
    "MR-L103": Entry(
        "套得太深：括号和运算最多套 {limit} 层", "Nested too deeply: brackets and operators nest at most {limit} levels",
        "用「令」给中间结果起名字，一步一步写。", "Name intermediate results with `let`, step by step.",
    ),
    "MR-L104": Entry(
        "数字太长：{digits} 位，最多 {limit} 位", "The number is too long: {digits} digits, the limit is {limit}",
        "检查是否把编码写成了数字；编码写在「」里。", "Is it a code? Codes are written in quotes.",
    ),
    "MR-L105": Entry(
        "不用科学计数法写数字", "Numbers have no exponent", "把数字写全，例如 100000。", "Write it out, for example 100000.",
    ),
    "MR-L106": Entry(
        "文中有看不见的文字方向控制符 {point}", "The text holds an invisible direction control character {point}",
        "它会让看到的和实际的不一样。删掉它，通常是从网页或聊天软件复制带来的。",
        "It makes a text read differently from what it is. Delete it; it usually comes with text copied from a web page.",
    ),
    "MR-L107": Entry(
        "不认识的字符「{character}」（{point}）", "Unknown character `{character}` ({point})",
        "{hint}", "{hint_en}",
    ),
    "MR-L108": Entry(
        "引号没有合上，缺「{close}」", "The quote is not closed: `{close}` is missing",
        "文字要在一行内写完并合上引号。", "A text is closed on the line where it begins.",
    ),
    "MR-L109": Entry(
        "没有这一天：{text}", "There is no such day: {text}", "日期写成 2025-01-31 的样子。", "Dates look like 2025-01-31.",
    ),
    "MR-P101": Entry(
        "「{text}」不属于任何规则：这里应当是 规则、参数、定义 或 默认",
        "`{text}` belongs to no rule: a rule, parameter, define or default should begin here", "{hint}", "{hint_en}",
    ),
    "MR-P102": Entry(
        "没有「{text}」这个子句", "There is no clause `{text}`", "{hint}", "{hint_en}",
    ),
    "MR-P103": Entry(
        "读不懂：「{text}」不能出现在这里", "`{text}` cannot stand here", "{hint}", "{hint_en}",
    ),
    "MR-P104": Entry(
        "规则要有编码和名称", "A rule needs a code and a name",
        "写成：规则 GZ10000101007000「药品限儿童使用」{{ … }}；「同」后面只写一个规则编码。",
        "Write: rule GZ10000101007000 \"Drug for children only\" {{ … }}; `same as` takes one rule code.",
    ),
    "MR-P105": Entry(
        "缺大括号「{brace}」", "The brace `{brace}` is missing",
        "规则和默认的内容放在 {{ 和 }} 之间。", "The clauses of a rule or default stand between {{ and }}.",
    ),
    "MR-P106": Entry(
        "「{word}」后面缺冒号", "The colon after `{word}` is missing", "写成「{word}：」。", "Write `{word}:`.",
    ),
    "MR-P107": Entry(
        "「{first}」和「{second}」不能不加括号就连用", "`{first}` and `{second}` cannot be mixed without brackets",
        "先算哪个就把哪个放进括号，例如（甲 或 乙）且 丙。", "Put brackets around what goes together: (a or b) and c.",
    ),
    "MR-P108": Entry(
        "「{clause}」后面没有内容", "Nothing follows `{clause}`",
        "写上内容，或删掉这一行。", "Write its content or delete the line.",
    ),
    "MR-P109": Entry(
        "没有写完：「{text}」后面还缺内容", "Unfinished: something is missing after `{text}`", "{hint}", "{hint_en}",
    ),
    "MR-P110": Entry(
        "中文和英文混用：「{text}」在本文件的语言里写作「{word}」",
        "Two languages mixed: `{text}` is written `{word}` in the language of this file",
        "一个文件只用一种语言；中英互译用 medrules format。", "A file is in one language; `medrules format` translates.",
    ),
    "MR-P111": Entry(
        "「{clause}」不能是「{text}」", "`{clause}` cannot be `{text}`", "{hint}", "{hint_en}",
    ),
    "MR-P112": Entry(
        "括号不配对", "The brackets do not match", "数一数左括号和右括号是否一样多。", "Count opening and closing brackets.",
    ),
    "MR-P113": Entry(
        "一个比较后面不能再接比较「{text}」", "A comparison cannot be followed by another one, `{text}`",
        "拆成两个比较，用「{word}」连起来；一段范围写「介于 … 至」或「属于 满… 不满…」。",
        "Write two comparisons joined by `{word}`; a range is `between … and`, or `in at least … under …`.",
    ),
    "MR-P114": Entry(
        "文字里的花括号不配对，或里面是空的", "A brace in the text is unmatched or empty",
        "花括号里写要印的内容，例如 {{明细.名称}}；要印花括号本身就写两个。",
        "Braces hold what is to be printed, such as {{item.name}}; double a brace to print it.",
    ),
    "MR-P115": Entry(
        "这里要一个单独的名字，不是「{name}」", "A single word is needed here, not `{name}`",
        "去掉点号，例如 限定、上限、药。", "Leave out the dot, for example limit, cap, drug.",
    ),
    "MR-P116": Entry(
        "「{clause}」要写成一段引号里的文字", "`{clause}` takes one quoted text",
        "例如 {clause}：「{{明细.名称}}不予支付」。", "For example {clause}: \"{{item.name}} is not covered\".",
    ),
    "MR-P117": Entry(
        "时间窗的单位只能是小时或天", "A window is counted in hours or days",
        "例如 6小时、近 30天；按月按年用 自然月、自然年。",
        "For example 6 hours, the last 30 days; months and years are calendar month, calendar year.",
    ),
    "MR-P118": Entry(
        "没有「{word}」这种统计周期", "There is no period `{word}`",
        "周期有 日、月、季、年、医保年度。", "Periods are day, month, quarter, year, insurance year.",
    ),
    "MR-P119": Entry(
        "除外要有标签", "An exemption needs a label",
        "写成：除外「急诊抢救」：就诊.抢救标志。", "Write: unless \"rescue\": encounter.rescue.",
    ),
    "MR-P120": Entry(
        "「{clause}」不能写在默认里", "`{clause}` cannot stand in a default block",
        "默认只放表头：环节、场景、费用、有效、提醒方式等。",
        "A default block holds headers only: stage, scene, fees, valid, interaction …",
    ),
    "MR-P121": Entry(
        "「{text}」是规则语言的词，不能用作名字", "`{text}` is a word of the language and cannot be a name",
        "换一个名字，例如「使用{text}」；点号后面的列名不受限制。",
        "Choose another name, for example `my_{text}`; column names after a dot are free.",
    ),
    "MR-P122": Entry(
        "「{where}」后面只能是一个比较，或一对括号", "`{where}` takes one comparison or a pair of brackets",
        "把条件放进括号：{where}（…）。", "Put the condition in brackets: {where} (…).",
    ),
    "MR-P123": Entry(
        "没有除法", "There is no division",
        "分摊金额用 按比例（金额，部分，全部），比率用 占比（部分，全部）。",
        "Use proportion(amount, part, whole) for amounts and ratio(part, whole) for rates.",
    ),
    "MR-P124": Entry(
        "不认识的单位「{text}」", "Unknown unit `{text}`", "单位有：{units}。", "Units are: {units}.",
    ),
    "MR-P125": Entry(
        "「{text}」里好像有「{word}」：词与词之间要空格", "`{text}` seems to hold `{word}`: words are parted by spaces",
        "写成「… {word} …」，前后各空一格。", "Write `… {word} …` with a space on each side.",
    ),
    "MR-P126": Entry(
        "「{text}」的位置不对", "`{text}` stands in the wrong place",
        "顺序是：{order}。", "The order is: {order}.",
    ),
    "MR-P127": Entry(
        "「{word}」后面要写引号里的名字", "`{word}` takes a quoted name",
        "例如 {word}{open}名称{close}。", "For example {word} {open}name{close}.",
    ),
    "MR-P128": Entry(
        "不能问一个事实是否已知", "Whether a fact is known cannot be asked",
        "能问的是来源是否说明没有：{empty}。没送来的事实，答案自然是待核。",
        "What can be asked is whether the source states that there is none: `{empty}`. A fact not sent makes the answer undecided.",
    ),
    "MR-P129": Entry(
        "「{clause}」不能以「{text}」开头", "`{clause}` cannot begin with `{text}`",
        "可以是：{subjects}。", "It begins with one of: {subjects}.",
    ),
    # -- end L, P --
    # -- N: names, T: types and units, C: clauses and rule shape (check) --
    "MR-N101": Entry(
        '不认识「{word}」',
        'unknown name `{word}`',
        '是否想写：{near}',
        'did you mean: {near}',
    ),
    "MR-N102": Entry(
        '{entity} 没有「{word}」这一项',
        '{entity} has no fact `{word}`',
        '是否想写：{near}',
        'did you mean: {near}',
    ),
    "MR-N103": Entry(
        '知识表「{table}」没有「{word}」这一列',
        'table "{table}" has no column `{word}`',
        '是否想写：{near}',
        'did you mean: {near}',
    ),
    "MR-N104": Entry(
        '没有知识表「{word}」',
        'there is no table "{word}"',
        '是否想写：{near}',
        'did you mean: {near}',
    ),
    "MR-N105": Entry(
        '没有编码集「{word}」',
        'there is no code set "{word}"',
        '是否想写：{near}',
        'did you mean: {near}',
    ),
    "MR-N106": Entry(
        '没有目录「{word}」',
        'there is no catalogue "{word}"',
        '是否想写：{near}',
        'did you mean: {near}',
    ),
    "MR-N107": Entry(
        '没有参数「{word}」',
        'there is no parameter `{word}`',
        '先声明：参数 {word} = 值 自 日期；或是否想写：{near}',
        'declare it first, or did you mean: {near}',
    ),
    "MR-N108": Entry(
        '没有函数或定义「{word}」',
        'there is no function or definition `{word}`',
        '是否想写：{near}',
        'did you mean: {near}',
    ),
    "MR-N109": Entry(
        '「{word}」不是{kind}的值',
        '`{word}` is no value of {kind}',
        '可以写：{near}',
        'it can be: {near}',
    ),
    "MR-N110": Entry(
        '名称「{name}」重复',
        'the name `{name}` is already taken',
        '换一个名称',
        'choose another name',
    ),
    "MR-N111": Entry(
        '「{name}」的定义里用到了它自己',
        '`{name}` is defined by itself',
        '拆开循环：令、定义只能用到别的名称',
        'break the circle: a let or definition may only use other names',
    ),
    "MR-N112": Entry(
        '同：没有规则「{word}」',
        'same as: there is no rule `{word}`',
        '是否想写：{near}',
        'did you mean: {near}',
    ),
    "MR-N113": Entry(
        '「{key}」没有「{word}」这个值',
        'the header clause `{key}` has no value `{word}`',
        '可以写：{near}',
        'it can be: {near}',
    ),
    "MR-N114": Entry(
        '规则编码「{rule}」重复',
        'the rule code `{rule}` is already taken',
        '每条规则一个编码；同一官方编码的几项检查写 -1、-2',
        'one code, one rule; several checks of one official code are written -1, -2',
    ),
    "MR-N115": Entry(
        '「{name}」是语言里已有的事实名，不能再用作名称',
        '`{name}` already names a fact and cannot be given another meaning',
        '换一个名称',
        'choose another name',
    ),
    "MR-T101": Entry(
        '这里要一个条件，给的是{given}',
        'a condition is needed here, this is {given}',
        '加上比较，例如「大于 0」；是否类的事实可直接写',
        'add a comparison, for example `greater than 0`; a yes/no fact may stand alone',
    ),
    "MR-T102": Entry(
        '这里不能这样写：{name}',
        'this is no value: {name}',
        '这里要一个事实、列、参数、令的名称或数值',
        'a fact, column, parameter, let or literal is needed here',
    ),
    "MR-T103": Entry(
        '{a}与{b}不能相比',
        '{a} cannot be compared with {b}',
        '两边要是同一类值：年龄比年龄，日期比日期，是否类的写 = 是、= 否',
        'both sides must be of one kind: ages with ages, dates with dates, yes/no facts with yes or no',
    ),
    "MR-T104": Entry(
        '单位不合：{a} 与 {b}',
        'units do not fit: {a} and {b}',
        '两边的单位要同属一类（时间、金额、次数……）；缺单位的补上，例如 3天、500元',
        'both sides need units of one kind (time, money, counts); add the unit that is missing, as in 3 days',
    ),
    "MR-T105": Entry(
        '{x}不能属于{s}',
        '{x} cannot be a member of {s}',
        '编码集与事实要是同一编码体系；范围、列表与值要是同一类',
        'set and fact must be of one code system, list or range and value of one kind',
    ),
    "MR-T106": Entry(
        '「{name}」有多个值，不能当一个值用',
        '`{name}` is a list and cannot be used as one value',
        '前面写 任一、无一、全部、有、次数 或 合计，说明要的是什么，例如：任一 {name} 属于 编码集「…」',
        'say what is meant of them with any of, none of, all of, there is, count of or sum of',
    ),
    "MR-T107": Entry(
        '{a} {op} {b} 不能计算',
        '{a} {op} {b} cannot be computed',
        '数与数可加减乘；日期可加减天数，时间可加减时长；两个日期之差用 相隔（a，b）',
        'numbers add and multiply; a date moves by days, a time by a length of time; for the difference of two dates use distance(a, b)',
    ),
    "MR-T108": Entry(
        '结果可能有 {digits} 位数字，超过 {limit} 位',
        'the result may have {digits} digits, the limit is {limit}',
        '减少连乘',
        'multiply less',
    ),
    "MR-T109": Entry(
        '{name} 要 {wanted} 个参数，给的是 {given}',
        '{name} takes {wanted} argument(s), given: {given}',
        '写成：{form}',
        'write {form}',
    ),
    "MR-T110": Entry(
        '占比只能用来比较，或印在说明里',
        'a ratio can only be compared or printed',
        '写 占比（a，b）超过 30% 之类；占比不再参加计算',
        'write ratio(a, b) more than 30%; a ratio takes no further part in arithmetic',
    ),
    "MR-T111": Entry(
        '扣减要得出金额（元），这里得出{given}',
        'a deduction must give an amount in yuan, this gives {given}',
        '例如：超出 × 明细.单价',
        'for example: excess * item.unit_price',
    ),
    "MR-T112": Entry(
        '这一项不会是「未填」',
        'this can never be empty',
        '只有来源可能声明为空的事实才能问 未填；没有送来的是未知，不能问',
        'only a fact that a source may state to be empty can be asked; what was not sent is unknown and cannot be asked',
    ),
    "MR-T113": Entry(
        '{a}没有先后大小{b}',
        '{a} has no order {b}',
        '代码、文字只能用 =、≠、属于 比较',
        'codes and texts can only be compared with =, != and in',
    ),
    "MR-T114": Entry(
        '这个值不能这样写：{text}',
        'this value cannot be written so: {text}',
        '年龄写整数岁、月；范围两端写数值；参数各版本与可调范围要是同一类值',
        'ages are whole years or months; the ends of a range are literals; all versions of a parameter are of one kind',
    ),
    "MR-T117": Entry(
        '年龄要与带单位的年龄比较，这里的 {text} 没有年龄的单位',
        'an age is compared with an age; {text} has no unit of age',
        '写上单位，例如 18岁、6月、28天',
        'write the unit, as in 18 years, 6 months, 28 days',
    ),
    "MR-T118": Entry(
        '「{text}」不是列表（是{given}），不能用 含',
        '`{text}` is no list ({given}), so it contains nothing',
        '一个值用 = 或 属于 比较；含 只用于多值的事实，例如 机构.能力 含 麻醉恢复室',
        'compare one value with = or in; contains is for facts with several values',
    ),
    "MR-T119": Entry(
        '{what} 这里要 {wanted}，给的是{given}',
        '{what} takes {wanted} here, this is {given}',
        '换成这一类的事实、列或数值',
        'give a fact, column or literal of that kind',
    ),
    "MR-T115": Entry(
        '这里要一个窗口，给的是{given}',
        'a window is needed here, this is {given}',
        '写 单日、6小时、近 30天、单次就诊，或一个窗口列',
        'write day, 6 hours, last 30 days, same_encounter, or a column of type window',
    ),
    "MR-T116": Entry(
        '{fn}不能用于{given}',
        '{fn} cannot be taken of {given}',
        '合计、超额 用于数；最大、最小 用于数、级别、日期；种数 用于代码；天数 用于明细',
        'sum and excess are of numbers, max and min of numbers, levels and dates, kinds of codes, days of lines',
    ),
    "MR-C201": Entry(
        '规则缺「{clause}」',
        'the rule lacks `{clause_en}`',
        '补上这一项',
        'add the clause',
    ),
    "MR-C202": Entry(
        '须、当 只写一个，并且要有一个',
        'exactly one of must and when is needed',
        '符合才付的写 须，触发即违规的写 当；在表内即违规的写 当：一律',
        'what has to be met is must, what triggers is when; membership alone is when: always',
    ),
    "MR-C203": Entry(
        '这条规则看几条明细，要写明「违规」是哪一条',
        'this rule looks at several lines: say which one is at fault',
        '补一行 违规：从项（或 组.明细、本次）',
        'add fault: with the line, the members or the stay',
    ),
    "MR-C204": Entry(
        '「{key}」只能写一个',
        'there can be only one `{key}`',
        '只留一个；令、除外 可以有几个',
        'keep one; only let and unless may be repeated',
    ),
    "MR-C205": Entry(
        '同：{rule} 自己又写了 同：{further}',
        'same as: {rule} is itself `same as {further}`',
        '直接写 同：{further}（同 只有一层）',
        'write same as: {further}; there is one level only',
    ),
    "MR-C206": Entry(
        '除外「{label}」：不适用——被同的规则没有这一条',
        'unless "{label}" not applicable: the rule named by `same as` has no such exemption',
        '那里的除外有：{near}',
        'exemptions there: {near}',
    ),
    "MR-C207": Entry(
        '除外「{label}」写了两次',
        'the exemption "{label}" is there twice',
        '合成一条，用 或 连接',
        'make it one, joined with or',
    ),
    "MR-C208": Entry(
        '已核 只能写在 须 里',
        'attested can only stand in must',
        '已核 是人的记录，没有记录即待核；医院自己的声明写在 除外 里用 已申报',
        "an attestation is a person's record; a hospital's own declaration is `declared`, in unless",
    ),
    "MR-C209": Entry(
        '已申报 只能写在 除外 里',
        'declared can only stand in unless',
        '需要人核对的写在 须 里用 已核',
        'what a person has to confirm is `attested`, in must',
    ),
    "MR-C210": Entry(
        '按期间、按相邻两次就诊判断的规则不能在事前、事中运行',
        'a rule over periods or consecutive stays cannot run before or during',
        '写 环节：事后',
        'write stage: after',
    ),
    "MR-C211": Entry(
        '窗口没有相等的键，会把所有人的明细放在一起',
        "the window has no equality key and would join everyone's lines",
        '加上 按 同一 患者（或 机构、就诊、限定.组号）',
        'add `by same patient` (or institution, encounter, limit.group)',
    ),
    "MR-C212": Entry(
        '知识表「{table}」的「{column}」一格，空格在一处算符合、在另一处算不触发',
        'the cell `{column}` of table "{table}" counts as met in one place and as not triggered in another when it is empty',
        '分成两列，或两处用同一种写法',
        'make two columns, or read it in one way only',
    ),
    "MR-C213": Entry(
        '行的结果（{row}）强于规则 {rule} 的结果（{own}）',
        "the row's result ({row}) is stronger than that of rule {rule} ({own})",
        '行只能收紧到更弱的结果；要更强的，另立规则',
        'a row may only weaken the result; a stronger one needs a rule of its own',
    ),
    "MR-C214": Entry(
        '行的提醒方式（{row}）强于规则 {rule} 的提醒方式（{own}）',
        "the row's interaction ({row}) is stronger than that of rule {rule} ({own})",
        '行只能减弱提醒方式',
        'a row may only weaken the interaction',
    ),
    "MR-C215": Entry(
        '窗口围绕一条明细，这里判的不是明细',
        'a window lies around a line, and no line is judged here',
        '用本规则自己的集合，例如 次.明细、期.明细',
        'use the collections of the scope, for example visit.items',
    ),
    "MR-C216": Entry(
        '「{name}」不是一个集合',
        '`{name}` is no collection',
        '集合例如 就诊.诊断、就诊.明细、同期明细、方.明细、组.明细',
        'collections are for example encounter.diagnoses, encounter.items, peers',
    ),
    "MR-C217": Entry(
        '集合套集合超过 {limit} 层',
        'collections are nested deeper than {limit}',
        '拆成几条规则',
        'make several rules',
    ),
    "MR-C218": Entry(
        '参数「{name}」的值不在可调范围内，或可调范围写反',
        'parameter `{name}`: its value is outside the tunable range, or the range is reversed',
        '可调 a 至 b，a 不大于 b，值在其中',
        'tunable from a to b with a ≤ value ≤ b',
    ),
    "MR-C219": Entry(
        '参数「{name}」有两个版本从同一天起',
        'parameter `{name}` has two versions from one day',
        '每个版本一个起日',
        'one first day for each version',
    ),
    "MR-C220": Entry(
        '「{name}」不能是违规对象',
        '`{name}` cannot be at fault',
        '违规 写针对里的名称、它的集合（方.饮片、组.明细），或 当 里 有 … 记为 的名称',
        'name a role of the scope, one of its collections, or the name that an existential in when gives',
    ),
    "MR-C221": Entry(
        '知识表「{table}」（{kind}）不能这样用',
        'table "{table}" ({kind}) cannot be used so',
        '表的键要与所判对象相符：明细用编码、通用名等，成对用两键表，诊断用 ICD，组用编码集合列',
        'the key must fit what is judged: codes for lines, pairs for two items, ICD for diagnoses, a code-set column for groups',
    ),
    "MR-C222": Entry(
        '「{name}」展开后太长',
        '`{name}` is too long when expanded',
        '减少 令 的层层引用',
        'nest fewer lets',
    ),
    "MR-C223": Entry(
        '同一疗程 要用参数「疗程间断」，本规则包没有',
        'a course of treatment needs the parameter 疗程间断, which this pack lacks',
        '声明：参数 疗程间断 = 30天 自 日期 可调 7天 至 180天',
        'declare it: 参数 疗程间断 = 30天 自 2025-01-01',
    ),
    "MR-C225": Entry(
        '查 知识表「{table}」：要 {wanted} 个键，且每组键只有一行；给了 {given} 个',
        'look up in table "{table}": it takes {wanted} key(s) and one row for each; given {given}',
        '按表的键写全；表须声明为一键一行',
        'write every key; the table must declare one row per key',
    ),
    "MR-C227": Entry(
        '有效期的起日不早于止日',
        'the validity ends before it begins',
        '更正日期',
        'correct the dates',
    ),
    "MR-C229": Entry(
        '窗口没有写范围',
        'the window has no span',
        '加上 取 单日、取 近 30天、取 单次就诊 等',
        'add `during day`, `during last 30 days`, `during same_encounter`',
    ),
    "MR-C231": Entry(
        '在册 只能用在结果是可疑或监测的规则里',
        'listed in can only stand in a rule whose result is suspect or monitor',
        '目录不会永远是全的，查不到不足以定明确违规：写 结果：可疑',
        'no catalogue is complete for ever, so what it lacks is no definite violation: write result: suspect',
    ),
    "MR-C230": Entry(
        '一律 只能单独写在 当 里',
        'always can only stand alone in when',
        '写 当：一律',
        'write when: always',
    ),
    # -- end N, T, C --
    # -- K: knowledge tables, G: code sets and packs (knowledge) --
    "MR-K101": Entry(
        "知识表声明读不出来：{detail}", "The table declaration cannot be read: {detail}",
        "声明是 TOML：一行一个「名字 = 值」，文字用引号。",
        "A declaration is TOML: one `name = value` a line, texts in quotes.",
    ),
    "MR-K102": Entry(
        "声明缺少「{name}」，或它的值不是{expected}",
        "The declaration lacks `{name}`, or its value is not {expected_en}", "补上这一项。", "Add this entry.",
    ),
    "MR-K103": Entry(
        "声明里没有「{name}」这一项", "A declaration has no entry `{name}`", "{hint}", "{hint_en}",
    ),
    "MR-K104": Entry(
        "没有「{type}」这种列类型", "There is no column type `{type}`", "列类型有：{types}。",
        "Column types are: {types}.",
    ),
    "MR-K105": Entry(
        "键的写法与「{kind}」不配：{detail}", "The keys do not fit key kind `{kind}`: {detail_en}",
        "key 可以是 {kinds}；key_columns、key_names、key_fields 个数要一样。",
        "`key` is one of {kinds}; key_columns, key_names and key_fields have the same length.",
    ),
    "MR-K106": Entry(
        "列名「{name}」用了两次", "The column name `{name}` is used twice",
        "每列换一个名字；知识点号、原文等保留列不用声明。",
        "Give each column its own name; reserved columns are not declared.",
    ),
    "MR-K201": Entry(
        "文件不是 UTF-8 编码", "The file is not UTF-8", "在表格软件里另存为「CSV UTF-8」。",
        "Save it as \"CSV UTF-8\" in the spreadsheet program.",
    ),
    "MR-K202": Entry(
        "表头缺少「{name}」列", "The header lacks the column `{name}`", "在第一行补上这一列；没有内容也要留空列。",
        "Add the column to the first line, empty if need be.",
    ),
    "MR-K203": Entry(
        "表头的「{name}」没有在声明里", "The header column `{name}` is not declared", "{hint}", "{hint_en}",
    ),
    "MR-K204": Entry(
        "表头的「{name}」出现了两次", "The header column `{name}` occurs twice", "删去一列。", "Remove one of them.",
    ),
    "MR-K205": Entry(
        "这一行有 {found} 格，表头有 {expected} 格", "This line has {found} cells, the header {expected}",
        "格里有逗号时，整格用英文双引号括起来。", "Put a cell that holds a comma in double quotes.",
    ),
    "MR-K206": Entry(
        "行数超过 {limit}", "There are more than {limit} rows", "把表拆成几张。", "Split the table.",
    ),
    "MR-K207": Entry(
        "一格有 {length} 个字，最多 {limit} 个", "A cell has {length} characters, at most {limit} are allowed",
        "把编码分到几行，各用自己的知识点号。", "Spread the codes over several rows, each with its own point number.",
    ),
    "MR-K208": Entry(
        "CSV 读不下去：{detail}", "The CSV cannot be read further: {detail}",
        "多半是双引号不成对，或文件里有 NUL 字符。",
        "Most likely a double quote is not closed, or there is a NUL character.",
    ),
    "MR-K209": Entry(
        "文件超过 {limit} 字节", "The file has more than {limit} bytes", "把它拆成几个文件。", "Split it.",
    ),
    "MR-K210": Entry(
        "本表还有 {count} 处错误没有列出", "{count} more errors of this table are not listed", "先改前面列出的。",
        "Mend the ones that are listed first.",
    ),
    "MR-K211": Entry(
        "文中有看不见的文字方向控制符 {point}", "The text holds an invisible direction control character {point}",
        "它会让看到的和实际的不一样。删掉它，通常是从网页或聊天软件复制带来的。",
        "It makes a text read differently from what it is. Delete it; it usually comes with text copied from a web page.",
    ),
    "MR-K301": Entry(
        "这一行没有知识点号", "This row has no knowledge point number", "知识点号是一行的身份，不能空。",
        "The point number is the row's identity and must not be empty.",
    ),
    "MR-K302": Entry(
        "知识点号「{point}」在第 {line} 行已经用过，两行的有效期重叠",
        "Knowledge point `{point}` is already on line {line}, and both are in force",
        "同一知识点的新旧两行，有效期要前后相接、不重叠；否则换一个知识点号。",
        "Rows of one point may follow each other in time but not overlap; otherwise give it another number.",
    ),
    "MR-K303": Entry(
        "这一行的键是空的", "This row has no key", "填上编码；不知道编码的行不能放进表里。",
        "Fill in the codes; a row without a code cannot be in a table.",
    ),
    "MR-K304": Entry(
        "有效止（{to}）不晚于有效起（{start}）", "The row ends ({to}) no later than it begins ({start})",
        "有效止是失效的第一天。", "valid_to is the first day on which the row no longer holds.",
    ),
    "MR-K305": Entry(
        "「{column}」不能写「{cell}」", "`{column}` cannot be `{cell}`", "可以写：{words}。",
        "Possible words: {words}.",
    ),
    "MR-K306": Entry(
        "键「{key}」在第 {line} 行已经有一行，两行的有效期重叠",
        "The key `{key}` is already on line {line}, and both are in force",
        "这张表声明了 unique = true，供「查」取值：每个键每天只能有一行。",
        "This table is declared unique = true for lookups: one row per key and day.",
    ),
    "MR-K307": Entry(
        "「{cell}」既是主项又是从项，或被主项排除排光了",
        "`{cell}` is on both sides of the pair, or 主项排除 leaves no main item", "改正两边的编码。",
        "Correct the codes of the two sides.",
    ),
    "MR-K308": Entry(
        "「{first}」含「{second}」，第 {line} 行又写「{second}」含「{first}」",
        "`{first}` includes `{second}`, and line {line} says the reverse",
        "两行只能有一行对；不分先后的表写 unordered = true。",
        "Only one can be right; a table without order says unordered = true.",
    ),
    "MR-K309": Entry(
        "这一行的键有 {count} 种组合，最多 {limit} 种",
        "The keys of this row have {count} combinations, at most {limit} are allowed",
        "把编码分到几行，各用自己的知识点号。", "Spread the codes over several rows, each with its own point number.",
    ),
    "MR-K310": Entry(
        "除知识点号外，和第 {line} 行一样", "But for its point number, the row is the same as line {line}",
        "删去一行，或改正写错的一格。", "Delete one of them, or correct the cell that is wrong.", Severity.WARNING,
    ),
    "MR-K401": Entry(
        "「{cell}」不是范围", "`{cell}` is no range", "写成「满3岁 不满12岁」「不超过28天」「满 参数.老年年龄」。",
        "Write `at least 3 years under 12 years`, `at most 28 days`, `at least param.old_age`.",
    ),
    "MR-K402": Entry(
        "「{cell}」说不清含不含端点", "`{cell}` does not say whether it holds its end",
        "以上、以下、以内换成：满（含）、不满（不含）、超过（不含）、不超过（含）。",
        "Use: at least (incl.), under (excl.), over (excl.), at most (incl.).",
    ),
    "MR-K403": Entry(
        "「{cell}」是空的范围，没有人符合", "`{cell}` is an empty range", "下限要小于上限。",
        "The lower limit must be below the upper one.",
    ),
    "MR-K404": Entry(
        "「{cell}」不是数", "`{cell}` is no number", "写成 14、1.5、20%；不用千分位，最多 15 位。",
        "Write 14, 1.5, 20%; no thousands separators, at most 15 digits.",
    ),
    "MR-K405": Entry(
        "「{cell}」的单位换算不成这一列的单位「{unit}」",
        "The unit of `{cell}` cannot be brought to the column's unit `{unit}`", "改用这一列的单位，或不写单位。",
        "Use the column's unit, or none.",
    ),
    "MR-K406": Entry(
        "「{cell}」换成本列单位后小数超过 {scale} 位", "`{cell}` has more than {scale} decimals in the column's unit",
        "改写成位数够的数，或在声明里加大小数位。", "Write fewer decimals, or declare a larger scale.",
    ),
    "MR-K407": Entry(
        "「{cell}」不是 是 或 否", "`{cell}` is neither yes nor no", "写 是 或 否。", "Write yes or no.",
    ),
    "MR-K408": Entry(
        "「{cell}」不是窗口", "`{cell}` is no window",
        "写成 单日、6小时、同一小时、单次就诊、近30天、自然年、同台手术 等，数字要带单位。",
        "Write same day, 6 hours, same hour, same encounter, last 30 days, calendar year, same operation;"
        " with a unit.",
    ),
    "MR-K409": Entry(
        "「{name}」里没有「{cell}」这一级", "`{cell}` is no level of {name}",
        "可以写：{words}；「不低于」由规则来说，格里只写级别。",
        "Possible levels: {words}; the rule says `not below`, the cell only names the level.",
    ),
    "MR-K410": Entry(
        "「{name}」没有「{cell}」这个值", "`{cell}` is no value of {name}", "可以写：{words}；几个值用 | 分开。",
        "Possible values: {words}; separate several by |.",
    ),
    "MR-K411": Entry(
        "「{cell}」不是日期", "`{cell}` is no date", "写成 2025-01-01。", "Write 2025-01-01.",
    ),
    "MR-K412": Entry(
        "「{cell}」是公式或表格软件的错误值", "`{cell}` is a formula or a spreadsheet error",
        "在表格软件里把公式粘贴为值，再另存为 CSV。",
        "Paste the formula as a value in the spreadsheet, then save as CSV.",
    ),
    "MR-K414": Entry(
        "「{cell}」里有空的一项", "`{cell}` has an empty item", "删去多余的 |。", "Remove the superfluous |.",
    ),
    "MR-K501": Entry(
        "「{cell}」不是 {system} 编码", "`{cell}` is no {system} code",
        "诊断写成 I63、I63.9、I63.900、A01.000x001；手术写成 81.65、00.4000x001。不用 *，类目自动含下级。",
        "Diagnoses: I63, I63.9, I63.900, A01.000x001; operations: 81.65, 00.4000x001. No *: a category holds "
        "its children.",
    ),
    "MR-K502": Entry(
        "「{cell}」没有停在编码层级的边界上", "`{cell}` does not end at a boundary of the hierarchy",
        "诊断至少写到三位类目（C10），手术至少两位（81）；一段类目写成 C10-C19。",
        "At least a three-character category (C10), or two digits for operations (81); write C10-C19 for several.",
    ),
    "MR-K503": Entry(
        "「{cell}」不是可展开的范围", "`{cell}` is no range that can be expanded",
        "两端同为类目或同为亚目，前小后大：I60-I64、Q99.0-Q99.1。",
        "Both ends are categories, or both subcategories, the lower first: I60-I64, Q99.0-Q99.1.",
    ),
    "MR-K504": Entry(
        "「{cell}」被表格软件改成了数", "`{cell}` was turned into a number by a spreadsheet",
        "把编码列设成文本，从原文件重新取这个编码；不要凭猜补位。",
        "Set the code column to text and take the code from its source again; do not guess the digits.",
    ),
    "MR-K505": Entry(
        "「{cell}」少了前面的 0", "`{cell}` has lost its leading zeros",
        "国家项目编码 15 位、以 00 开头：把编码列设成文本，从原文件重新取。",
        "National service codes have 15 digits and begin with 00: take the code from its source again, as text.",
    ),
    "MR-K506": Entry(
        "「{cell}」有全角字符", "`{cell}` has full-width characters", "编码用半角字符。",
        "Codes use half-width characters.",
    ),
    "MR-K507": Entry(
        "「{cell}」不是编码", "`{cell}` is no code", "编码只含字母、数字和 . - _ / + #；几个编码用 | 分开。",
        "A code has letters, digits and . - _ / + #; separate several codes by |.",
    ),
    "MR-K508": Entry(
        "「{cell}」的 * 不能写在这里", "`{cell}` cannot have a * here",
        "* 只放在编码末尾表示前缀；键列要用前缀，声明写 key = \"prefix\"。",
        "A * stands only at the end of a code and means a prefix; key columns with prefixes need key = \"prefix\".",
    ),
    "MR-K509": Entry(
        "没有编码集「{name}」", "There is no code set `{name}`", "在 shared/codesets/ 里加上它，或改正名字。",
        "Add it to shared/codesets/, or correct the name.",
    ),
    "MR-K510": Entry(
        "编码集「{name}」是 {system} 的，这里要 {expected} 的",
        "Code set `{name}` is of system {system}, here it must be {expected}", "换一个编码集，或改列的类型。",
        "Use another code set, or change the column's type.",
    ),
    "MR-K511": Entry(
        "除外的「{cell}」本来就不在里面", "The exception `{cell}` is not a member in the first place",
        "删去这个除外，或补上它所在的类目。", "Remove the exception, or add the category that it belongs to.",
    ),
    "MR-K512": Entry(
        "「{cell}」既列入又除外", "`{cell}` is both a member and an exception", "留一处。", "Keep one of the two.",
    ),
    # -- K6: batch files, mapping files, code mappings (knowledge.imports, knowledge.mapping) --
    "MR-K601": Entry(
        "工作簿读不了：{detail}", "The workbook cannot be read: {detail_en}", "用表格软件打开，另存为没有密码的 .xlsx 再导入。",
        "Open it in a spreadsheet program and save it as .xlsx without a password.",
    ),
    "MR-K602": Entry(
        "{what}太大，上限 {limit}", "{what_en} is too large, the limit is {limit}", "删去空白的行列和图片，或拆成几个文件。",
        "Delete blank rows, columns and pictures, or split the file.",
    ),
    "MR-K603": Entry(
        "文件既不是 UTF-8 也不是 GB18030 编码", "The file is neither UTF-8 nor GB18030", "另存为「CSV UTF-8」或 .xlsx。",
        "Save it as \"CSV UTF-8\" or as .xlsx.",
    ),
    "MR-K604": Entry(
        "文件不是 UTF-8，按 GB18030 读", "The file is not UTF-8 and was read as GB18030", "抽几行看看有没有乱码；最好另存为「CSV UTF-8」。",
        "Look at a few lines for garbled text; better save it as \"CSV UTF-8\".", Severity.WARNING,
    ),
    "MR-K605": Entry(
        "编码「{cell}」在表格里是数字", "The code `{cell}` is stored as a number", "数字会丢掉前面的 0 和第 15 位以后的数：把列设成文本，从原文件重新取编码。",
        "A number loses leading zeros and every digit behind the 15th: make the column text and take the codes from their source again.",
    ),
    "MR-K606": Entry(
        "「{cell}」是表格软件的日期序号", "`{cell}` is a spreadsheet's serial number of a day", "把列设成文本，写成 2025-01-01。",
        "Make the column text and write 2025-01-01.",
    ),
    "MR-K607": Entry(
        "「{cell}」被表格软件当成了日期或时间", "`{cell}` was taken for a date or a time by the spreadsheet", "把列设成文本，从原文件重新取这一格；日期列只写日子。",
        "Make the column text and take the cell from its source again; a column of dates holds days only.",
    ),
    "MR-K608": Entry(
        "「{cell}」有全角数字", "`{cell}` has full-width digits", "按半角读了；请在原文件里改成半角。",
        "They were read as the usual digits; correct the file.", Severity.WARNING,
    ),
    "MR-K609": Entry(
        "「{cell}」是合计或备注，不是知识点，没有导入", "`{cell}` is a total or a remark, no knowledge point: not imported",
        "如果是知识点，把它的编码填上。", "If it is a knowledge point, fill in its code.", Severity.WARNING,
    ),
    "MR-K610": Entry(
        "这一行在合并的单元格 {area} 里，没有导入", "The line is in merged cells {area}: not imported", "取消合并，每一行都填上自己的内容。",
        "Unmerge them and fill in every line.",
    ),
    "MR-K611": Entry(
        "这里的{what}是隐藏的，没有导入", "A hidden {what}: not imported", "取消隐藏和筛选，看清楚再导入；不要的就删掉。",
        "Show what is hidden or filtered and look at it; delete what is not wanted.",
    ),
    "MR-K612": Entry(
        "「{point}」和 {other} 一样，只导入一次", "`{point}` is the same as {other}: imported once", "删去一行。", "Delete one of them.", Severity.WARNING,
    ),
    "MR-K613": Entry(
        "「{point}」在 {other} 已经有一行，内容不同，都没有导入", "`{point}` is already at {other} with other content: none imported",
        "同一个知识点在一个文件里只能有一行；对照原文件留下对的一行。", "A point has one line in a file: keep the one that is right.",
    ),
    "MR-K614": Entry(
        "「{point}」和 {other} 编码相同、条件不同（{columns}）", "`{point}` has the codes of {other} and other conditions ({columns})",
        "两行会同时起作用。写错了改正；确是两个知识点就不用管。", "Both will be in force. Correct them if one is wrong.", Severity.WARNING,
    ),
    "MR-K615": Entry(
        "「{point}」从 {start} 起，不晚于表里自 {other} 起的行", "`{point}` begins {start}, no later than the table's row from {other}",
        "这批比表里的旧。改正有效起，或不导入这一行。", "The batch is older than the table. Correct valid_from, or leave the row out.",
    ),
    "MR-K616": Entry(
        "「{point}」在表里不止一行，说不清改哪一行", "`{point}` has more than one row in the table: which one is meant is not clear",
        "直接改表的 CSV；新内容另有生效日期时写上有效起，旧行会自动到期。", "Edit the table's CSV; with a later valid_from the old rows end by themselves.",
    ),
    "MR-K617": Entry(
        "要替代的知识点「{point}」不在表里，也不在文件里", "The point to be superseded, `{point}`, is neither in the table nor in the file",
        "核对编号；旧行在另一张表里的，到那张表里写有效止。", "Check the number; a row of another table is ended there.", Severity.WARNING,
    ),
    "MR-K618": Entry(
        "这一行是规则 {found} 的，本表属于 {expected}", "The row is of rule {found}, the table of {expected}", "换一张表导入，或在文件里删去这一行。",
        "Import it into that rule's table.",
    ),
    "MR-K619": Entry(
        "「{column}」的「{cell}」读不成列，留作文字由人核对：{reason}", "`{cell}` of `{column}` cannot be typed and stays text for a person: {reason}",
        "能说清楚的，在对照文件的 words 里写上它在表里的写法。", "If it is clear, say it in the table's words under `words` of the mapping file.", Severity.WARNING,
    ),
    "MR-K620": Entry(
        "对照文件读不出来：{detail}", "The mapping file cannot be read: {detail}", "对照文件是 TOML：一行一个「名字 = 值」，文字用引号。",
        "A mapping file is TOML: one `name = value` a line, texts in quotes.",
    ),
    "MR-K621": Entry(
        "对照文件的「{name}」应为{expected}", "`{name}` of the mapping file must be {expected_en}", "改正这一项。", "Correct the entry.",
    ),
    "MR-K622": Entry(
        "对照文件里没有「{name}」这一项", "A mapping file has no entry `{name}`", "{hint}", "{hint_en}",
    ),
    "MR-K623": Entry(
        "第 {line} 行的表头没有「{name}」", "The headings on line {line} have no `{name}`", "核对对照文件的列名和 header（表头在第几行）。",
        "Check the column's name, and `header`, the line of the headings.",
    ),
    "MR-K624": Entry(
        "表的「{name}」没有着落", "Nothing is said of the table's `{name}`",
        "在 [columns] 写它来自哪一列，在 [constants] 写整批相同的值，或在 [unfilled] 写 \"\"（不限）或 \"待编\"。",
        "Name its column under [columns], a value under [constants], or write \"\" or \"待编\" under [unfilled].",
    ),
    "MR-K625": Entry(
        "对照文件还没有确认", "The mapping file is not confirmed", "逐行核对后写 confirmed = true。", "Check every line, then write confirmed = true.",
    ),
    "MR-K626": Entry(
        "找不到「{name}」要的表头或工作表", "No headings or sheet for `{name}` were found", "表头要在前 20 行；工作表名在对照文件的 sheet 里写。",
        "Headings stand in the first 20 lines; the mapping file names the sheet.",
    ),
    "MR-K627": Entry(
        "「{name}」没有编码", "`{name}` has no codes", "编码表里补上它，名称要一模一样；编码被损坏的名称也算没有。",
        "Add it to the sheet of codes under the very same name; a name whose codes are damaged has none.",
    ),
    "MR-K628": Entry(
        "知识表「{table}」没有「{name}」列", "Table `{table}` has no column `{name}`", "可以写：{words}，和知识点号、原文等保留列。",
        "Possible: {words}, and the reserved columns.",
    ),
    "MR-K629": Entry(
        "规则包里没有知识表「{name}」", "The pack has no table `{name}`", "{hint}", "{hint_en}",
    ),
    "MR-K630": Entry(
        "「{column}」是「{cell}」，对照文件只要：{words}；没有导入", "`{column}` is `{cell}`, the mapping file wants only: {words}; not imported",
        "是这张表的，把这个词加到 [only] 里；是另一张表的，用另一份对照文件导入那张表。",
        "Add the word under [only] if the row belongs here; else import it into its own table.", Severity.WARNING,
    ),
    "MR-K631": Entry(
        "「{cell}」在第 {line} 行已经对到「{other}」，两行的有效期重叠", "`{cell}` is already mapped to `{other}` on line {line}, and both are in force",
        "一个编码一天只能对一个国家编码；重叠的日子里它按没有对码处理。", "One national code per code and day; while they overlap the code counts as unmapped.",
    ),
    "MR-K632": Entry(
        "这一行对不出编码", "The row maps nothing", "国家编码要填（目录外的项目写「目录外」）；医院编码、省编码至少填一个。",
        "Fill in the national code (目录外 for an item off the lists), and the hospital's or the province's.", Severity.WARNING,
    ),
    "MR-G101": Entry(
        "编码集文件读不出来：{detail}", "The code set file cannot be read: {detail}",
        "编码集是 TOML：一行一个「名字 = 值」，文字用引号。",
        "A code set is TOML: one `name = value` a line, texts in quotes.",
    ),
    "MR-G102": Entry(
        "编码集缺少「{name}」，或它的值不是{expected}",
        "The code set lacks `{name}`, or its value is not {expected_en}", "补上这一项。", "Add this entry.",
    ),
    "MR-G103": Entry(
        "编码集里没有「{name}」这一项", "A code set has no entry `{name}`", "{hint}", "{hint_en}",
    ),
    "MR-G104": Entry(
        "没有「{system}」这个编码体系", "There is no code system `{system}`", "可以写：{systems}。",
        "Possible systems: {systems}.",
    ),
    "MR-G105": Entry(
        "编码集「{name}」是空的", "Code set `{name}` is empty", "列出成员；还没有编完的写 partial = true。",
        "List its members; write partial = true while it is not coded.",
    ),
    "MR-G106": Entry(
        "编码集互相引用成了圈：{names}", "Code sets refer to each other in a circle: {names}", "删去一处引用。",
        "Remove one of the references.",
    ),
    "MR-G201": Entry(
        "规则包里没有 {file}", "The pack has no {file}", "补上这个文件。", "Add the file.",
    ),
    "MR-G202": Entry(
        "pack.toml 读不出来：{detail}", "pack.toml cannot be read: {detail}",
        "它是 TOML：一行一个「名字 = 值」，文字用引号。", "It is TOML: one `name = value` a line, texts in quotes.",
    ),
    "MR-G203": Entry(
        "pack.toml 缺少「{name}」，或它的值不是{expected}",
        "pack.toml lacks `{name}`, or its value is not {expected_en}", "补上这一项。", "Add this entry.",
    ),
    "MR-G204": Entry(
        "pack.toml 里没有「{name}」这一项", "pack.toml has no entry `{name}`", "{hint}", "{hint_en}",
    ),
    "MR-G205": Entry(
        "{file} 不是 UTF-8 编码", "{file} is not UTF-8", "另存为 UTF-8。", "Save it as UTF-8.",
    ),
    "MR-G206": Entry(
        "{what}超过 {limit}", "{what_en} is more than {limit}", "把规则包拆小。", "Split the pack.",
    ),
    "MR-G207": Entry(
        "{file} 缺少同名的 {other}", "{file} lacks its {other}", "每张表由同名的 .toml（声明）和 .csv（行）组成。",
        "A table is a .toml (declaration) and a .csv (rows) of the same name.",
    ),
    "MR-G208": Entry(
        "「{name}」已经由 {file} 定义", "`{name}` is already defined by {file}",
        "表和编码集的名字在整个规则包里只用一次，中英文都算。",
        "Names of tables and code sets are used once in a pack, both languages counted.",
    ),
    "MR-G209": Entry(
        "规则包里不该有 {file}", "{file} does not belong into a pack",
        "规则包只放 pack.toml、shared/、families/<编号>_<英文名>/ 和各处的 README.md。",
        "A pack holds pack.toml, shared/, families/<code>_<english name>/ and README.md files.",
        Severity.WARNING,
    ),
    "MR-G210": Entry(
        "错误超过 {limit} 处，其余没有检查", "There are more than {limit} errors; the rest was not checked",
        "先改列出的；它们往往是同一个原因。", "Mend the listed ones first; often they have one cause.",
    ),
    "MR-G211": Entry(
        "{file} 是链接、不是普通文件，或没有权限读，里面的规则和知识不会生效",
        "{file} is a link, no plain file, or may not be read: what is in it would not be judged",
        "把文件本身放进规则包，并让本程序能读。", "Put the file itself into the pack, and let this program read it.",
    ),
    "MR-G212": Entry(
        "规则文件 {file} 不在规定的位置，里面的规则不会生效", "The rule file {file} stands in no place of a pack: its rules would not be judged",
        "放到 families/<编号>_<英文名>/rule.medrule。", "Put it at families/<code>_<english name>/rule.medrule.",
    ),
    "MR-G301": Entry(
        "目录文件的表头没有「{name}」列", "The catalogue's header lacks the column `{name}`",
        "在 pack.toml 里用 column 指出编码所在的列。",
        "Name the column that holds the codes with `column` in pack.toml.",
    ),
    # -- end K, G --
    # -- W: lints (check/lints) --
    "MR-W301": Entry(
        '令「{name}」没有用到',
        'the let `{name}` is not used',
        '删去，或在 当、扣减、说明 里用它',
        'remove it, or use it', Severity.WARNING,
    ),
    "MR-W302": Entry(
        '除外「{label}」从不起作用',
        'the exemption "{label}" can never matter',
        '它的条件与规则自己的条件不能同时成立，或规则不扣不判',
        "its condition cannot hold together with the rule's own", Severity.WARNING,
    ),
    "MR-W303": Entry(
        '知识表「{table}」没有现行的行，规则不会有结果',
        'table "{table}" has no row, so the rule finds nothing',
        '补上知识点，或暂不收入规则；由统筹区来填的，表的声明里写 empty = true',
        'add knowledge points, or leave the rule out for now; where an area fills the table, declare empty = true', Severity.WARNING,
    ),
    "MR-W304": Entry(
        '行的环节或场景不在规则 {rule} 的之内',
        "the row's stages or scenes are not all among those of rule {rule}",
        '多出的不起作用',
        'what is beyond has no effect', Severity.WARNING,
    ),
    "MR-W305": Entry(
        '或 的两边各读一格（{columns}）：其中一格为空，整个 须 就算符合',
        'or reads different cells ({columns}): if one is empty, the whole must is met',
        '空格表示不限；没有编好的条件请在表里写 待编',
        'an empty cell means no restriction; write 待编 where a condition is not yet coded', Severity.WARNING,
    ),
    "MR-W306": Entry(
        '参数「{name}」没有用到',
        'the parameter `{name}` is not used',
        '删去，或在规则、知识表里用它',
        'remove it, or use it in a rule or a table', Severity.NOTE,
    ),
    "MR-W307": Entry(
        '定义「{name}」没有用到',
        'the definition `{name}` is not used',
        '删去，或用它',
        'remove it, or use it', Severity.NOTE,
    ),
    "MR-W308": Entry(
        '这条规则要逐条扫描，没有知识表或编码集作索引',
        'this rule scans every line: no table or code set gives it an index',
        '能给出编码的，改用知识表或编码集',
        'where codes can be given, use a table or a code set', Severity.NOTE,
    ),
    "MR-W309": Entry(
        '规则 {rule} 没有「依据」',
        'rule {rule} has no basis',
        '写上依据的文件和条款，例如：依据：《国家基本医疗保险、工伤保险和生育保险药品目录》备注',
        'name the document it rests on: basis: "…"', Severity.WARNING,
    ),
    "MR-W310": Entry(
        '规则 {rule} 没有「说明」，提示只会有规则名称',
        'rule {rule} has no message: a finding shows its name only',
        '写一句给医生看的话，例如：说明：「{{明细.名称}}不予支付」',
        'write one sentence for the physician: message: "{{item.name}} is not covered"', Severity.WARNING,
    ),
    "MR-W311": Entry(
        '「{key}」里还有「{word}」',
        '`{key}` still says "{word}"',
        '换成真正的内容',
        'replace it by the real text', Severity.WARNING,
    ),
    # -- end W --
}


def diagnostic(code: str, source: Source | None = None, span: Span | None = None, place: str = "", **values: Any) -> Diagnostic:
    """Build a diagnostic from its registered templates. KeyError for an unregistered code is a bug in this library."""
    entry = CODES[code]
    english = {name: value.en if isinstance(value, Twin) else value for name, value in values.items()}
    return Diagnostic(
        code, entry.zh.format(**values), entry.en.format(**english), entry.help_zh.format(**values),
        entry.help_en.format(**english), source, span, place, entry.severity,
    )
