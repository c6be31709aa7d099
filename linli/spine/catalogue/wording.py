"""The tasks that may not reach a community whatever paper comes with them, found by what they mean (S1-07).

    负责辖区拆违工作 → 拆迁拆违;  宣传环境卫生 → nothing;  社区自我造血考核 → 经济创收

A trained model (`meaning`) reads each sentence together with signs that the rules find in it: a subject of a category
(招商, 税, 拆违 …), who bears it (责任状, 包干, 由社区 …), a target (指标, 排名, 清零 …); and what speaks against it:
telling (宣传), helping and asking (自愿, 征求), another who does it (由部门负责). To help (协助, 配合) is no bearing.
The words and the sentences are the rule set "admission.prohibited" over those that come with the code.
Pure. It errs on the side of asking: a person may override, with who, why and on what basis.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from linli.lib.chinese import fold
from linli.spine.catalogue import meaning
from linli.spine.catalogue.meaning import NONE, Model

#: What ends a sentence or a part of one. Words in different parts do not belong together.
_PARTS: Final = re.compile("[。；;！!？?\n]+")
_CLAUSES: Final = re.compile("[,，、:：]")
_FILLING: Final = re.compile(r"[\s\-_·・.,，、:：\"“”'‘’()（）《》<>【】\[\]*/\\|—…@#+~～]+")
#: Traditional characters of these tasks, each before its simplified form.
_PAIRS: Final = (
    "資资區区務务稅税協协護护創创經经濟济標标責责任任狀状達达書书記记請请實实導导罰罚執执違违環环境境衛卫運运"
    "動动員员戶户號号關关於于開开會会議议選选舉举報报單单導导業业產产營营銷销額额萬万億亿錢钱費费徵征繳缴催催"
    "貿贸進进門门間间樓楼閒闲廠厂強强壓压劃划畫画團团隊队組组織织級级結结給给統统計计評评價价獎奖懲惩總总體体"
    "權权機机構构攤摊販贩佔占營营劝劝勸劝離离車车輛辆亂乱擺摆髒脏廢废圾圾淨净潔洁氣气點点綠绿樹树養养殘残"
    "老老歲岁險险補补貼贴視视醫医藥药療疗癒愈檢检驗验測测護护調调解解糾纠紛纷鄰邻裡里傳传訊讯線线網网絡络"
    "電电話话廣广播播貨货買买賣卖約约簽签屬属歸归淸清龍龙個个為为與与這这裏里後后從从將将對对應应該该須须"
    "辦办處处設设備备據据證证認认識识讀读寫写錄录條条規规則则範范圍围廳厅長长陳陈張张劉刘連连續续絕绝維维"
    "憲宪歷历專专題题類类顧顾願愿顯显驅驱趕赶擊击殺杀滅灭禁禁燒烧煙烟塵尘髮发發发當当無无積积極极漸渐減减"
    "穩稳獨独數数據据檔档樣样橋桥歡欢歐欧滿满澤泽濕湿瀏浏灣湾災灾熱热爭争愛爱獲获現现環环異异盡尽監监盤盘"
)
SIMPLE: Final = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))
_BURDEN: Final = ("bearing", "targets")
_RELIEF: Final = ("telling", "helping", "others", "harmless")
_SIGNS: Final = (*_BURDEN, *_RELIEF[:-1])


@dataclass(frozen=True)
class Hit:
    """A prohibited category, and the words that decided."""

    code: str
    name: str
    words: tuple[str, ...]


def prohibited(texts: Iterable[str], rules: Mapping[str, Any], *, community_leads: bool = False) -> list[Hit]:
    """The prohibited categories that these texts fall under, each once, with the words that decided.

    `community_leads`: the form itself says that the community is to answer for the task; then the subject is enough
    for a responsibility, too, unless a sentence only tells of it. `rules` are the parameters of
    "admission.prohibited".
    """
    model = model_of(rules)
    found: dict[str, Hit] = {}
    for part, is_whole in _parts(texts):
        for category in rules["categories"]:
            code = category["code"]
            if code not in found and (words := _decided(part, category, rules, model, is_whole, community_leads)):
                found[code] = Hit(code, category["name"], words)
    return [found[one["code"]] for one in rules["categories"] if one["code"] in found]


def _parts(texts: Iterable[str]) -> Iterable[tuple[str, bool]]:
    """The sentences, and the clauses of each: 宣传拆违政策，负责拆违 tells of it, and asks for it all the same."""
    seen = set()
    for sentence in (one for text in texts for one in _PARTS.split(text)):
        clauses = _CLAUSES.split(sentence)
        for at, one in enumerate([sentence, *(clauses if len(clauses) > 1 else ())]):
            if (even := _even(one)) and even not in seen:
                seen.add(even)
                yield even, at == 0


def model_of(rules: Mapping[str, Any]) -> Model:
    """The model of the sentences that come with the code and of those that the rules add. Trained once for each."""
    return _trained(json.dumps(rules, sort_keys=True, ensure_ascii=False))


@lru_cache(maxsize=4)
def _trained(rules_text: str) -> Model:
    rules = json.loads(rules_text)
    own = [(code, text) for code, text in rules.get("examples", ())]
    pairs = [(code, _even(text)) for code, text in [*meaning.shipped(), *own]]
    return meaning.trained(pairs, lambda text: signs(text, rules))


def looser(rules: Mapping[str, Any], widest: Mapping[str, Any]) -> list[str]:
    """In what a place would let through more than the country does: nothing, if its rules may be published.

    Words that give a task away may be added, never left out; words and sentences that speak for it only where the
    country's rules see no burden.
    """
    own = {one["code"]: one for one in rules["categories"]}
    found = [
        f"categories.{one['code']}.{word}"
        for one in widest["categories"]
        for word in one["subjects"]
        if word not in own.get(one["code"], {"subjects": ()})["subjects"]
    ]
    found += [f"{name}.{word}" for name in _BURDEN for word in widest[name] if word not in rules[name]]
    found += [f"{name}.{word}" for name in _RELIEF for word in rules[name] if word not in widest[name]]
    found += [f"{name}" for name in ("least", "least_by_rules") if rules[name] > widest[name]]
    added = [text for code, text in rules["examples"] if code == NONE]
    return found + [f"examples.{text}" for text in added if "<subject, burden, not free>" in signs(_even(text), widest)]


def signs(text: str, rules: Mapping[str, Any]) -> tuple[str, ...]:
    """What the rules find in a sentence that was made even: subjects, and what makes them a burden or none."""
    rest = _without(text, rules["harmless"])
    subjects = [one["code"] for one in rules["categories"] if _first(text, one["subjects"])]
    others = {name for name in _SIGNS if _first(rest, rules.get(name, ()))}
    if rest != text:
        others.add("harmless")
    burden = "burden" if others & {"bearing", "targets"} else "no burden"
    free = "free" if others & {"telling", "helping", "others", "harmless"} else "not free"
    found = [f"<{name}>" for name in sorted(others)] + [f"<{burden}, {free}>"]
    found += [f"<{code}>" for code in subjects] + [f"<{code}, {burden}, {free}>" for code in subjects]
    return tuple(found or ()) + (("<no subject>",) if not subjects else (f"<subject, {burden}, {free}>",))


def _decided(
    part: str,
    category: Mapping[str, Any],
    rules: Mapping[str, Any],
    model: Model,
    is_whole: bool = True,
    community_leads: bool = False,
) -> tuple[str, ...]:
    """The words by which a sentence falls under a category. Of a clause alone, which lacks its sentence, the rules must
    think so, too."""
    code = category["code"]
    subject = _first(part, category["subjects"])
    chances = _chances(model, part)
    # Where the rules find subject and burden, and nothing that speaks against it, less is enough of the model.
    burdens = f"<{code}, burden, not free>" in signs(part, rules)
    least = rules.get("least_by_rules" if burdens and is_whole else "least", 0.5)
    sure = 1 - chances[NONE] >= least and (is_whole or burdens)
    likeliest = max((one for one in chances if one != NONE), key=lambda one: chances[one])
    if sure and code == likeliest:
        rest = _without(part, rules["harmless"])
        told = [subject, _first(rest, rules["bearing"]), _first(rest, rules["targets"])]
        return _apart([*(word for word in told if word), *model.telling(part, code)])
    answers = community_leads and category["kind"] == "responsibility" and subject
    free = any(_first(part, rules.get(name, ())) for name in ("telling", "others"))
    return (subject,) if answers and not free else ()


@lru_cache(maxsize=4096)
def _chances(model: Model, part: str) -> Mapping[str, float]:
    return model.chances(part)


def _apart(words: Sequence[str], most: int = 4) -> tuple[str, ...]:
    """The words without those that another one holds already, the most telling first."""
    kept: list[str] = []
    for word in words:
        if len(kept) < most and not any(word in one or one in word for one in kept):
            kept.append(word)
    return tuple(kept)


def _even(text: str) -> str:
    """The text without what people put between characters: 招-商 引 資 becomes 招商引资."""
    return _FILLING.sub("", fold(text).translate(SIMPLE))


def _first(text: str, words: Iterable[str]) -> str:
    """The first of the words (or patterns) that stands in a text, as it stands there."""
    match = _any(tuple(words)).search(text)
    return match.group() if match else ""


@lru_cache(maxsize=256)
def _any(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(words) or "(?!)")


def _without(text: str, words: Iterable[str]) -> str:
    """The text without phrases that hold a word of bearing and say the opposite (不负责, 不作为责任主体)."""
    return _any(tuple(words)).sub("　", text)
