"""The papers of an agreement (协助政府工作协议书), as people sign them: domain texts, so in Chinese."""

from datetime import date

from django.utils import timezone

from linli.apps.admission.actions.evaluations import topics
from linli.apps.admission.models import Agreement, GuaranteeKind
from linli.lib.letters import Letter, Line, Table
from linli.lib.money import yuan

KINDS = {GuaranteeKind.MONEY: "经费", GuaranteeKind.STAFF: "人员", GuaranteeKind.GUIDANCE: "指导"}


def agreement_paper(agreement: Agreement) -> Letter:
    """The agreement as a letter: the two sides, the items, what comes with them, the rights, the signatures.

    Needs `clauses` with `matter__matter_list` and `guarantees` loaded.
    """
    clauses = list(agreement.clauses.all())
    unit, community = agreement.unit.name, agreement.area.name
    parts: list[Line | Table] = [
        Line(f"甲方：{unit}", "plain"),
        Line(f"乙方：{community}", "plain"),
        Line(
            f"为明确{agreement.year}年度乙方协助甲方工作的事项、保障和双方责任，依据事项清单，经双方协商一致，签订本协议。"
        ),
        Line("一、协助事项", "heading"),
    ]
    for at, clause in enumerate(clauses, start=1):
        matter = clause.matter
        parts.append(
            Line(f"（{at}）{matter.name}（{matter.matter_list.name}第{matter.code}项）。{_sentence(clause.what)}")
        )
        if matter.does_not:
            parts.append(Line(f"乙方不承担：{_sentence(matter.does_not)}"))
        if clause.conditions:
            parts.append(Line(f"甲方提供的工作条件：{_sentence(clause.conditions)}"))
        if clause.waived_because:
            parts.append(Line(f"本项不需经费：{_sentence(clause.waived_because)}"))
    parts.append(Line("二、人员、指导和经费保障", "heading"))
    rows = [
        (clause.matter.name, KINDS[GuaranteeKind(one.kind)], _promised(one.amount, one.what), _day(one.due_on))
        for clause in clauses
        for one in clause.guarantees.all()
    ]
    if rows:
        parts.append(Table(("事项", "保障", "内容", "到位期限"), rows, (4, 2, 5, 3)))
    total = sum(clause.amount for clause in clauses)
    parts.append(Line(f"本年度经费合计人民币{yuan(total)}元。" if total else "本年度各项均不需经费。"))
    names = "、".join(topics(agreement).values())
    parts += [
        Line("三、权利和责任", "heading"),
        Line(
            "责任主体为甲方，乙方为协助方。甲方交办具体任务须引用本协议所列事项；清单和协议以外的任务，乙方有权拒绝。"
        ),
        Line("人员、指导、经费未按期到位的，自到期次日起至全部到位之日止，乙方有权拒绝相应任务，并报民政局和组织部。"),
        Line("四、双向评价和结算", "heading"),
        Line(
            f"年终由甲方逐项评价完成情况，乙方逐项评价并就{names}评价甲方；双方均提交后同时公开。"
            "经费按各项约定金额乘以完成程度结算。"
        ),
        Line("本协议一式两份，双方签字盖章后生效，签订后内容不再变更。"),
        Line("甲方（盖章）：　　　　　　　　　　　　签字：", "plain"),
        Line("乙方（盖章）：　　　　　　　　　　　　签字：", "plain"),
        Line(_day(timezone.localdate(agreement.signed_at)) if agreement.signed_at else "　　年　　月　　日", "right"),
    ]
    mark = f"校验码 {agreement.digest[:16]}" if agreement.digest else "草稿，未提出"
    return Letter(title="协助政府工作协议书", parts=parts, foot=f"{unit} · {community} · {agreement.year} · {mark}")


def _promised(amount: int, what: str) -> str:
    money = f"{yuan(amount)}元" if amount else ""
    return "，".join(part for part in (money, what) if part)


def _sentence(text: str) -> str:
    return text if text.endswith(("。", "！", "？", "；")) else f"{text}。"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
