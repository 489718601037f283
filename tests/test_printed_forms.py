"""The complete printed forms of every set and term: each cell spelled out, as a printer and a school see it.

One line per content: `where | style | field | content`.  `A4:B7` is one merged cell, `C8..N8` the cells of an area one by
one.  A formula is written as it stands in the first cell named; the others hold it filled on from there, as in Excel,
except what is marked with `$`.  No content means a cell that is left blank.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.formula.translate import Translator

from jiesuan.pack import Pack, load_pack
from jiesuan.ref import a1, parse_a1
from jiesuan.template.laid import Laid
from jiesuan.template.layout import compose, lay_out
from jiesuan.template.page import page_breaks
from jiesuan.template.write import render
from jiesuan.term import Term

Printed = dict[str, tuple[str, str, object]]
"""Cell → style, field, content."""

AID = """
A1 | attachment | | 附件1-1
A2:T2 | title | | 省属公办技工院校2024年春季学期国家助学金结算表（本学期分年级统计）
A3:B3 | label | | 填报单位（加盖公章）：
C3:M3 | blank | 学校名称 |
N3:O3 | label | | 填表日期：
P3:Q3 | blank | 填表日期 |
R3:T3 | unit | | 单位：人、人次、万元
A4:B7 | head | | 项目
C4:H4 | head | | 一年级
I4:N4 | head | | 二年级
O4:T4 | head | | 一、二年级合计
C5:E5,I5:K5,O5:Q5 | head | | 涉农专业
F5:H5,L5:N5,R5:T5 | head | | 非涉农专业
C6:D6,F6:G6,I6:J6,L6:M6,O6:P6,R6:S6 | head | | 精准资助学生
E6,H6,K6,N6,Q6,T6 | head | | 其他家庭
C7,F7,I7,L7,O7,R7 | head | | 脱贫户（含监测对象）家庭学生
D7,G7,J7,M7,P7,S7 | head | | 特困供养、低保和低保边缘家庭学生
E7,H7,K7,N7,Q7,T7 | head | | 其他家庭学生（非涉农专业限家庭经济困难学生）
A8:A10 | axis | | 申报审批
B8,B11,B14 | axis | | 人数
C8..N8,C11..N11 | input | 人数 |
O8..T8,O11..T11 | computed | 人数 | =C8+I8
B9,B12,B15 | axis | | 人次
C9..N9,C12..N12 | input | 人次 |
O9..T9,O12..T12 | computed | 人次 | =C9+I9
B10,B13,B16 | axis | | 金额
C10..N10,C13..N13 | computed | 金额 | =C9*200/10000
O10..T10,O13..T13 | computed | 金额 | =C10+I10
A11:A13 | axis | | 实际发放
A14:A16 | axis | | 差额（申报-发放）
C14..N14 | computed | 人数 | =IF(COUNT(C11:C12)=0,"",C8-C11)
O14..T14 | computed | 人数 | =IF(COUNT(C11:C12,I11:I12)=0,"",O8-O11)
C15..N15 | computed | 人次 | =IF(COUNT(C11:C12)=0,"",C9-C12)
O15..T15 | computed | 人次 | =IF(COUNT(C11:C12,I11:I12)=0,"",O9-O12)
C16..N16 | computed | 金额 | =IF(COUNT(C11:C12)=0,"",C10-C13)
O16..T16 | computed | 金额 | =IF(COUNT(C11:C12,I11:I12)=0,"",O10-O13)
A17:B17 | axis | | 退款情况
C17:T17 | fill | 退款情况 |
A18:B18 | axis | | 备注
C18:T18 | fill | 备注 |
A20:C20 | sign | | 审批人：
D20:F20 | sign | | 审核人：
G20:I20 | sign | | 财务：
J20:M20 | sign | | 填表人：
N20:Q20 | sign | | （办公电话：
R20:S20 | sign | | 手机：
T20 | sign | | ）
"""

AID_OF_THREE_GRADES = """
A1 | attachment | | 附件1-1
A2:Z2 | title | | 省属公办技工院校2025年春季学期国家助学金结算表（本学期分年级统计）
A3:B3 | label | | 填报单位（加盖公章）：
C3:S3 | blank | 学校名称 |
T3:U3 | label | | 填表日期：
V3:W3 | blank | 填表日期 |
X3:Z3 | unit | | 单位：人、人次、万元
A4:B7 | head | | 项目
C4:H4 | head | | 一年级
I4:N4 | head | | 二年级
O4:T4 | head | | 三年级
U4:Z4 | head | | 一、二、三年级合计
C5:E5,I5:K5,O5:Q5,U5:W5 | head | | 涉农专业
F5:H5,L5:N5,R5:T5,X5:Z5 | head | | 非涉农专业
C6:D6,F6:G6,I6:J6,L6:M6,O6:P6,R6:S6,U6:V6,X6:Y6 | head | | 精准资助学生
E6,H6,K6,N6,Q6,T6,W6,Z6 | head | | 其他家庭
C7,F7,I7,L7,O7,R7,U7,X7 | head | | 脱贫户（含监测对象）家庭学生
D7,G7,J7,M7,P7,S7,V7,Y7 | head | | 特困供养、低保和低保边缘家庭学生
E7,H7,K7,N7,Q7,T7,W7,Z7 | head | | 其他家庭学生（非涉农专业限家庭经济困难学生）
A8:A10 | axis | | 申报审批
B8,B11,B14 | axis | | 人数
C8..T8,C11..T11 | input | 人数 |
U8..Z8,U11..Z11 | computed | 人数 | =C8+I8+O8
B9,B12,B15 | axis | | 人次
C9..T9,C12..T12 | input | 人次 |
U9..Z9,U12..Z12 | computed | 人次 | =C9+I9+O9
B10,B13,B16 | axis | | 金额
C10..T10,C13..T13 | input | 金额 |
U10..Z10,U13..Z13 | computed | 金额 | =C10+I10+O10
A11:A13 | axis | | 实际发放
A14:A16 | axis | | 差额（申报-发放）
C14..T14 | computed | 人数 | =IF(COUNT(C11:C13)=0,"",C8-C11)
U14..Z14 | computed | 人数 | =IF(COUNT(C11:C13,I11:I13,O11:O13)=0,"",U8-U11)
C15..T15 | computed | 人次 | =IF(COUNT(C11:C13)=0,"",C9-C12)
U15..Z15 | computed | 人次 | =IF(COUNT(C11:C13,I11:I13,O11:O13)=0,"",U9-U12)
C16..T16 | computed | 金额 | =IF(COUNT(C11:C13)=0,"",C10-C13)
U16..Z16 | computed | 金额 | =IF(COUNT(C11:C13,I11:I13,O11:O13)=0,"",U10-U13)
A17:B17 | axis | | 退款情况
C17:Z17 | fill | 退款情况 |
A18:B18 | axis | | 备注
C18:Z18 | fill | 备注 |
A20:D20 | sign | | 审批人：
E20:H20 | sign | | 审核人：
I20:L20 | sign | | 财务：
M20:P20 | sign | | 填表人：
Q20:V20 | sign | | （办公电话：
W20:Y20 | sign | | 手机：
Z20 | sign | | ）
"""

STUDENTS = """
A1 | attachment | | 附件1-2
A2:J2 | title | | 省属公办技工院校2024年春季学期精准资助学生明细
A3 | label | | 学校名称（加盖公章）：
B3:H3 | blank | 学校名称 |
I3 | label | | 填报时间：
J3 | blank | 填表日期 |
A4:A6 | head | | 精准资助类型
B4:B6 | head | | 入学年季专业班级
C4:E4 | head | | 学生情况
F4:I4 | head | | 申报资助金额（元）
J4:J6 | head | | 备注
C5:C6 | head | | 姓名
D5:D6 | head | | 身份证号
E5:E6 | head | | 联系电话
F5:G5 | head | | 助学金
H5:I5 | head | | 免学费
F6,H6 | head | | 人数
G6,I6 | head | | 金额
A7:A17 | axis | | 脱贫户（含监测对象）家庭学生
B7..B16,B18..B27,B29..B38 | input | 班级 |
C7..C16,C18..C27,C29..C38 | input | 姓名 |
D7..D16,D18..D27,D29..D38 | input | 身份证号 |
E7..E16,E18..E27,E29..E38 | input | 联系电话 |
F7..F16,F18..F27,F29..F38 | input | 助学金人数 |
G7..G16,G18..G27,G29..G38 | input | 助学金金额 |
H7..H16,H18..H27,H29..H38 | input | 免学费人数 |
I7..I16,I18..I27,I29..I38 | input | 免学费金额 |
J7..J40 | text | 备注 |
B17,B28,B39 | axis | | 本类学生小计
C17..E17,C28..E28,C39..E40 | text | |
F17,F28,F39 | computed | 助学金人数 | =COUNTIF(G7:G16,">0")
G17,G28,G39 | computed | 助学金金额 | =SUM(G7:G16)
H17,H28,H39 | computed | 免学费人数 | =COUNTIF(I7:I16,">0")
I17,I28,I39 | computed | 免学费金额 | =SUM(I7:I16)
A18:A28 | axis | | 特困供养、低保和低保边缘家庭学生
A29:A39 | axis | | 家庭经济困难残疾学生
A40:B40 | axis | | 三类学生合计
F40 | computed | 助学金人数 | =F17+F28+F39
G40 | computed | 助学金金额 | =G17+G28+G39
H40 | computed | 免学费人数 | =H17+H28+H39
I40 | computed | 免学费金额 | =I17+I28+I39
A42:C42 | sign | | 学校联系人：
D42:G42 | sign | | 联系电话：
H42:J42 | sign | | 手机：
A43:J43 | note | | 填表说明：
A44:J44 | note | | 1.如遇既是精准资助对象又是涉农专业的学生，此表按精准资助统计填写，并在备注中说明相关情况，如注明“包含涉农专业学生**人，申请了助学金**元、免学费补助金**元”。
A45:J45 | note | | 2.入学年季、专业及班级请对照软件，按省、部软件中的信息填写。
A46:J46 | note | | 3.统计数据包含一、二、三年级全日制精准资助对象（一、二年级的助学金资助对象和一、二、三年级的免学费补助对象）。
"""

FEES = """
A1 | attachment | | 附件1-3
A2:M2 | title | | 省属技工院校2024年春季学期免学费精准资助情况统计表
A3:B3 | label | | 填报单位（加盖公章）：
C3:H3 | blank | 学校名称 |
I3:J3 | label | | 填报日期：
K3:L3 | blank | 填表日期 |
M3 | unit | | 单位：人、万元
A4:A5 | head | | 年级
B4:B5 | head | | 专业类别
C4:C5 | head | | 困难类型
D4:D5 | head | | 每月补助标准（=学年标准/10个月，万元/人）
E4:E5 | head | | 就读专业（请按“入学年+季+专业名称”的规范和入学先后顺序填写）
F4:K4 | head | | 本学期补助人次
L4:L5 | head | | 补助金额
M4:M5 | head | | 备注
F5 | head | | 3月
G5 | head | | 4月
H5 | head | | 5月
I5 | head | | 6月
J5 | head | | 7月
K5 | head | | 合计
A6 | number | | 1
B6 | number | | 2
C6 | number | | 3
D6 | number | | 4
E6 | number | | 5
F6 | number | | 6
G6 | number | | 7
H6 | number | | 8
I6 | number | | 9
J6 | number | | 10
K6 | number | | 11=6+7+8+9+10
L6 | number | | 12=4*11
M6 | number | | 13
A7:A18 | axis | | 一年级
B7:B10,B20:B23,B33:B36 | axis | | 涉农专业
C7,C11,C15,C20,C24,C28,C33,C37,C41 | axis | | 建档立卡家庭学生
D7:D10,D20:D23,D33:D36 | standard | 月标准 | 0.024
E7..E18,E20..E31,E33..E44 | text | 就读专业 |
F7..F18,F20..F31,F33..F44 | input | 第1月 |
G7..G18,G20..G31,G33..G44 | input | 第2月 |
H7..H18,H20..H31,H33..H44 | input | 第3月 |
I7..I18,I20..I31,I33..I44 | input | 第4月 |
J7..J18,J20..J31,J33..J44 | input | 第5月 |
K7..K18,K20..K31,K33..K44 | computed | 人次 | =SUM(F7:J7)
L7..L10 | computed | 补助金额 | =$D$7*K7
M7..M46 | text | 备注 |
C8,C12,C16,C21,C25,C29,C34,C38,C42 | axis | | 低保（含特困）家庭学生
C9,C13,C17,C22,C26,C30,C35,C39,C43 | axis | | 家庭经济困难残疾学生
C10,C14,C18,C23,C27,C31,C36,C40,C44 | axis | | 其他家庭经济困难类别学生
B11:B14,B24:B27,B37:B40 | axis | | 数控等高级工专业
D11:D14,D24:D27,D37:D40 | standard | 月标准 | 0.038
L11..L14 | computed | 补助金额 | =$D$11*K11
B15:B18,B28:B31,B41:B44 | axis | | 其他一般专业
D15:D18,D28:D31,D41:D44 | standard | 月标准 | 0.026
L15..L18 | computed | 补助金额 | =$D$15*K15
A19:C19 | axis | | 一年级小计
D19..E19,D32..E32,D45..E45 | text | |
F19,F32,F45 | computed | 第1月 | =SUM(F7:F18)
G19,G32,G45 | computed | 第2月 | =SUM(G7:G18)
H19,H32,H45 | computed | 第3月 | =SUM(H7:H18)
I19,I32,I45 | computed | 第4月 | =SUM(I7:I18)
J19,J32,J45 | computed | 第5月 | =SUM(J7:J18)
K19,K32,K45 | computed | 人次 | =SUM(K7:K18)
L19,L32,L45 | computed | 补助金额 | =SUM(L7:L18)
A20:A31 | axis | | 二年级
L20..L23 | computed | 补助金额 | =$D$20*K20
L24..L27 | computed | 补助金额 | =$D$24*K24
L28..L31 | computed | 补助金额 | =$D$28*K28
A32:C32 | axis | | 二年级小计
A33:A44 | axis | | 三年级
L33..L36 | computed | 补助金额 | =$D$33*K33
L37..L40 | computed | 补助金额 | =$D$37*K37
L41..L44 | computed | 补助金额 | =$D$41*K41
A45:C45 | axis | | 三年级小计
A46:C46 | axis | | 合计
D46 | caption | | 专业个数：
E46 | fill | 专业个数 |
F46 | computed | 第1月 | =F19+F32+F45
G46 | computed | 第2月 | =G19+G32+G45
H46 | computed | 第3月 | =H19+H32+H45
I46 | computed | 第4月 | =I19+I32+I45
J46 | computed | 第5月 | =J19+J32+J45
K46 | computed | 人次 | =K19+K32+K45
L46 | computed | 补助金额 | =L19+L32+L45
A48:B48 | sign | | 审批人：
C48:D48 | sign | | 审核人：
E48:F48 | sign | | 填报人：
G48:K48 | sign | | （办公电话：
L48 | sign | | 手机：
M48 | sign | | ）
"""

FUND_OF_THE_PROVINCE = """
A1 | attachment | | 附件1-4
A2:K2 | title | | 省属公办技工院校2024年春季学期生均公用经费情况表
A3 | label | | 填报单位（加盖公章）：
B3:I3 | blank | 学校名称 |
J3 | label | | 填表日期：
K3 | blank | 填表日期 |
A4:K4 | banner | | 2024年春季学期资助数据统计
A5:A6 | head | | 年级
B5:B6 | head | | 专业类别
C5:H5 | head | | 各年级各专业类别的正式学籍人数
I5:J5 | head | | 对应生均公用经费
K5:K6 | head | | 备注
C6 | head | | 3月
D6 | head | | 4月
E6 | head | | 5月
F6 | head | | 6月
G6 | head | | 7月
H6 | head | | 5个月合计
I6 | head | | 生均年标准（元/人）
J6 | head | | 对应生均公用经费金额（万元）
A7..B7,K7 | number | |
C7 | number | | 1
D7 | number | | 2
E7 | number | | 3
F7 | number | | 4
G7 | number | | 5
H7 | number | | 6=1+2+3+4+5
I7 | number | | 7
J7 | number | | 8=6*7/10000/10
A8:A13 | axis | | 一年级
B8,B14,B20,B26 | axis | | （一）化工类
C8..C25 | input | 第1月 |
D8..D25 | input | 第2月 |
E8..E25 | input | 第3月 |
F8..F25 | input | 第4月 |
G8..G25 | input | 第5月 |
H8..H25 | computed | 人次 | =SUM(C8:G8)
I8,I14,I20,I26 | standard | 生均标准 | 4240
J8..J25 | computed | 生均金额 | =H8*I8/10000/10
K8..K32 | text | 备注 |
B9 | axis | | （二）轻工类、文化艺术类、财经商贸类、服务类（以下简称“轻工等类”）
I9,I15,I21,I27 | standard | 生均标准 | 4770
B10 | axis | | （三）能源类、医药类、其他、冶金类、信息类（以下简称“能源等类”）
I10,I16,I22,I28 | standard | 生均标准 | 5300
B11 | axis | | （四）农林类、建筑类、服务类（烹饪、美容美发与造型、休闲体育服务、护理、康复保健、老年服务与管理、健康服务与管理、健康与社会照护、婴幼儿托育服务与管理）、交通类（以下简称“农林等类”）
I11,I17,I23,I29 | standard | 生均标准 | 5830
B12 | axis | | （五）建筑类（消防工程技术专业）（以下简称“消防”）
I12,I18,I24,I30 | standard | 生均标准 | 6360
B13 | axis | | （六）机械类、电工电子类（以下简称“机电类”）
I13,I19,I25,I31 | standard | 生均标准 | 6890
A14:A19 | axis | | 二年级
B15,B21,B27 | axis | | （二）轻工等类
B16,B22,B28 | axis | | （三）能源等类
B17,B23,B29 | axis | | （四）农林等类
B18,B24,B30 | axis | | （五）消防
B19,B25,B31 | axis | | （六）机电类
A20:A25 | axis | | 三年级
A26:A31 | axis | | 三个年级学生合计
C26..C31 | computed | 第1月 | =C8+C14+C20
D26..D31 | computed | 第2月 | =D8+D14+D20
E26..E31 | computed | 第3月 | =E8+E14+E20
F26..F31 | computed | 第4月 | =F8+F14+F20
G26..G31 | computed | 第5月 | =G8+G14+G20
H26..H31 | computed | 人次 | =H8+H14+H20
J26..J31 | computed | 生均金额 | =J8+J14+J20
A32:B32 | axis | | 全校合计（不分专业类别）
C32 | computed | 第1月 | =SUM(C26:C31)
D32 | computed | 第2月 | =SUM(D26:D31)
E32 | computed | 第3月 | =SUM(E26:E31)
F32 | computed | 第4月 | =SUM(F26:F31)
G32 | computed | 第5月 | =SUM(G26:G31)
H32 | computed | 人次 | =SUM(H26:H31)
I32 | dash | | —
J32 | computed | 生均金额 | =SUM(J26:J31)
A34 | sentence | | 我校前期生均公用经费结余
B34 | gap | 前期结余 |
C34:D34 | sentence | | 万元（截止于
E34:F34 | gap | 前期截止 |
G34:K34,G35:K35 | sentence | | ）。
A35 | sentence | | 2024年度实际收到生均金额
B35 | gap | 实际收到 |
C35:D35 | sentence | | 万元（收款日期：
E35:F35 | gap | 收款日期 |
A36 | sentence | | 我校本期末生均公用经费结余
B36 | gap | 期末结余 |
C36:K36 | sentence | | 万元（=本年度实际收到生均金额-两个学期实际学籍数对应生均金额）。
A37:K37 | note | | （注：本表第7列已提供的是文件规定对应的补助标准，如本校的实际补助标准与此不同，请据实修改，并在备注中说明）
A38 | sign | | 审批：
B38 | sign | | 审核：
C38:E38 | sign | | 填表：
F38:I38 | sign | | （办公电话：
J38 | sign | | 手机：
K38 | sign | | ）
"""

FUND_OF_A_CITY = """
A1 | attachment | | 附件2-4
A2:M2 | title | | 技工院校2024年春季学期生均公用经费免学费情况表
A3 | label | | 填报单位（加盖公章）：
B3:K3 | blank | 学校名称 |
L3 | label | | 填报日期：
M3 | blank | 填表日期 |
A4:M4 | banner | | 2024年春季学期对应资金统计
A5:A7 | head | | 年级
B5:B7 | head | | 生均公用经费专业类别
C5:H5 | head | | 各年级各专业类别的正式学籍人数
I5:L5 | head | | 对应生均公用经费
M5:M7 | head | | 备注
C6:C7 | head | | 3月
D6:D7 | head | | 4月
E6:E7 | head | | 5月
F6:F7 | head | | 6月
G6:G7 | head | | 7月
H6:H7 | head | | 5个月合计
I6:I7,K7 | head | | 年标准（元/人）
J6:J7,L7 | head | | 金额（万元）
K6:L6 | head | | 其中包含免学费补助金
A8..B8,M8 | number | |
C8 | number | | 1
D8 | number | | 2
E8 | number | | 3
F8 | number | | 4
G8 | number | | 5
H8 | number | | 6=1+2+3+4+5
I8 | number | | 7
J8 | number | | 8=6*7/10000/10
K8 | number | | 9
L8 | number | | 10=6*9/10000/10
A9:A13 | axis | | 一年级
B9,B14,B19,B24 | axis | | （一）休闲保健等类
C9..C23 | input | 第1月 |
D9..D23 | input | 第2月 |
E9..E23 | input | 第3月 |
F9..F23 | input | 第4月 |
G9..G23 | input | 第5月 |
H9..H23 | computed | 人次 | =SUM(C9:G9)
I9,I14,I19,I24 | standard | 生均标准 | 4200
J9..J10,J14..J15,J19..J20 | computed | 生均金额 | =H9*I9/10000/10
K9..K10,K13..K15,K18..K20,K23..K25,K28 | standard | 免学费标准 | 2100
L9..L23 | computed | 免学费金额 | =H9*K9/10000/10
M9..M29 | text | 备注 |
B10,B15,B20,B25 | axis | | （二）轻纺食品等类
I10,I15,I20,I25 | standard | 生均标准 | 5100
B11,B16,B21,B26 | axis | | （三.1）农林牧渔等类中涉农专业类
I11:I13,I16:I18,I21:I23,I26:I28 | standard | 生均标准 | 5600
J11..J13 | computed | 生均金额 | =H11*$I$11/10000/10
K11,K16,K21,K26 | standard | 免学费标准 | 2400
B12 | axis | | （三.2）农林牧渔等类中数控机床加工、模具设计制造与维修、电气工程等专业（以下简称“数控、模具、电气等专业”）
K12,K17,K22,K27 | standard | 免学费标准 | 3200
B13,B18,B23,B28 | axis | | （三.3）农林牧渔等类中其他专业
A14:A18 | axis | | 二年级
J16..J18 | computed | 生均金额 | =H16*$I$16/10000/10
B17,B22,B27 | axis | | （三.2）农林牧渔等类中数控、模具、电气等专业
A19:A23 | axis | | 三年级
J21..J23 | computed | 生均金额 | =H21*$I$21/10000/10
A24:A28 | axis | | 三个年级学生合计
C24..C28 | computed | 第1月 | =C9+C14+C19
D24..D28 | computed | 第2月 | =D9+D14+D19
E24..E28 | computed | 第3月 | =E9+E14+E19
F24..F28 | computed | 第4月 | =F9+F14+F19
G24..G28 | computed | 第5月 | =G9+G14+G19
H24..H28 | computed | 人次 | =H9+H14+H19
J24..J28 | computed | 生均金额 | =J9+J14+J19
L24..L28 | computed | 免学费金额 | =L9+L14+L19
A29:B29 | axis | | 全校合计（不分专业类别）
C29 | computed | 第1月 | =SUM(C24:C28)
D29 | computed | 第2月 | =SUM(D24:D28)
E29 | computed | 第3月 | =SUM(E24:E28)
F29 | computed | 第4月 | =SUM(F24:F28)
G29 | computed | 第5月 | =SUM(G24:G28)
H29 | computed | 人次 | =SUM(H24:H28)
I29,K29 | dash | | —
J29 | computed | 生均金额 | =SUM(J24:J28)
L29 | computed | 免学费金额 | =SUM(L24:L28)
A31 | sentence | | 我校前期生均公用经费结余
B31 | gap | 前期结余 |
C31:D31 | sentence | | 万元（截止于
E31:F31 | gap | 前期截止 |
G31:M31,G32:M32 | sentence | | ）。
A32 | sentence | | 2024年度实际收到生均金额
B32 | gap | 实际收到 |
C32:D32 | sentence | | 万元（收款日期：
E32:F32 | gap | 收款日期 |
A33 | sentence | | 我校本期末生均公用经费结余
B33 | gap | 期末结余 |
C33:M33 | sentence | | 万元（=本年度实际收到生均金额-两个学期实际学籍数对应生均金额）。
A34:M34 | note | | （注：本表第7、9两列已提供的是文件规定对应的补助标准，如本校的实际补助标准与此不同，请据实修改，并在备注中说明）
A35 | sign | | 审批：
B35 | sign | | 审核：
C35:G35 | sign | | 填表：
H35:J35 | sign | | （办公电话：
K35:L35 | sign | | 手机：
M35 | sign | | ）
"""


TABLES = {
    "1-1": AID,
    "1-2": STUDENTS,
    "1-3": FEES,
    "1-4": FUND_OF_THE_PROVINCE,
    "2-1": AID,
    "2-2": STUDENTS,
    "2-3": FEES,
    "2-4": FUND_OF_A_CITY,
}

LABELS = {form: f"附件{form}" for form in TABLES}

SEASONS = {"2024春": "2024年春季学期", "2024秋": "2024年秋季学期", "2025春": "2025年春季学期"}
TITLES = {
    "1-1": "省属公办技工院校{}国家助学金结算表（本学期分年级统计）",
    "1-2": "省属公办技工院校{}精准资助学生明细",
    "1-3": "省属技工院校{}免学费精准资助情况统计表",
    "1-4": "省属公办技工院校{}生均公用经费情况表",
    "2-1": "市属技工院校{}国家助学金结算表（本学期分年级统计）",
    "2-2": "市属技工院校{}精准资助学生明细",
    "2-3": "市属技工院校{}免学费精准资助情况统计表",
    "2-4": "技工院校{}生均公用经费免学费情况表",
}

AUTUMN_OF_FEES = {"F5": "9月", "G5": "10月", "H5": "11月", "I5": "12月", "J5": "1月"}
AUTUMN_OF_FUND = {"C6": "9月", "D6": "10月", "E6": "11月", "F6": "12月", "G6": "1月"}
CITY_RATES = {"D11": 0.032, "D24": 0.032, "D37": 0.032, "D15": 0.021, "D28": 0.021, "D41": 0.021}

DIFFERENCES: dict[tuple[str, str], dict[str, object]] = {
    ("1-3", "2024秋"): {**AUTUMN_OF_FEES},
    ("1-4", "2024秋"): {"A4": "2024年秋季学期资助数据统计", **AUTUMN_OF_FUND},
    ("1-4", "2025春"): {"A4": "2025年春季学期资助数据统计", "A35": "2025年度实际收到生均金额"},
    ("2-3", "2024春"): {**CITY_RATES},
    ("2-3", "2024秋"): {**CITY_RATES, **AUTUMN_OF_FEES},
    ("2-3", "2025春"): {**CITY_RATES},
    ("2-4", "2024秋"): {"A4": "2024年秋季学期对应资金统计", **AUTUMN_OF_FUND},
    ("2-4", "2025春"): {"A4": "2025年春季学期对应资金统计", "A32": "2025年度实际收到生均金额"},
}
"""What a term or set prints otherwise, apart from label and title."""


def areas(where: str) -> Iterator[tuple[str, str]]:
    """`A4:B7,C8..D8` → (A4, A4:B7), (C8, ""), (D8, ""): each cell with the merged area it heads."""
    for part in where.split(","):
        if ".." in part:
            (top, left), (bottom, right) = map(parse_a1, part.split(".."))
            yield from ((a1(row, column), "") for row in range(top, bottom + 1) for column in range(left, right + 1))
        else:
            yield part.split(":")[0], part if ":" in part else ""


def content(style: str, text: str) -> object:
    """A blank, a number or a text."""
    if not text:
        return None
    if style in ("standard", "number") and text.replace(".", "").isdigit():
        return float(text) if "." in text else int(text)
    return text


def written(table: str) -> tuple[Printed, set[str]]:
    """The cells and the merged areas of a table above."""
    printed: Printed = {}
    merged: set[str] = set()
    for line in table.strip().splitlines():
        where, style, field, text = (part.strip() for part in line.split("|"))
        first = ""
        for cell, area in areas(where):
            assert cell not in printed, f"{cell} twice"
            first = first or cell
            value = content(style, text)
            if text.startswith("="):
                value = Translator(text, origin=first).translate_formula(cell).replace("$", "")
            printed[cell] = (style, field, value)
            if area:
                merged.add(area)
    return printed, merged


def laid_out(pack: Pack, form: str, term: str) -> Laid:
    when = Term.parse(term)
    return lay_out(pack, pack.form(form, when), when)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


@pytest.mark.parametrize("term", ["2024春", "2024秋", "2025春"])
@pytest.mark.parametrize("form", list(TABLES))
def test_every_cell_of_the_printed_form(pack: Pack, form: str, term: str) -> None:
    """Content, style and field of every cell; nothing more, nothing less."""
    table = AID_OF_THREE_GRADES if (form, term) in (("1-1", "2025春"), ("2-1", "2025春")) else TABLES[form]
    expected, merged = written(table)
    changes = {"A1": LABELS[form], "A2": TITLES[form].format(SEASONS[term]), **DIFFERENCES.get((form, term), {})}
    for cell, value in changes.items():
        style, field, _ = expected[cell]
        expected[cell] = (style, field, value)
    sheet = laid_out(pack, form, term)
    found: Printed = {
        a1(*cell): (spot.style, spot.field, f"={spot.formula}" if spot.formula is not None else spot.value)
        for cell, spot in sheet.cells.items()
    }
    assert {
        cell: (expected.get(cell), found.get(cell))
        for cell in {*expected, *found}
        if expected.get(cell) != found.get(cell)
    } == {}
    assert [type(value) for _, _, value in found.values()] == [type(expected[cell][2]) for cell in found]
    assert sorted(f"{a1(*area[:2])}:{a1(*area[2:])}" for area in sheet.merges) == sorted(merged)


GEOMETRY: dict[str, tuple[list[float], tuple[int, int], tuple[int, int], list[int], int, list[int], int]] = {
    "1-1": ([17.0, 7.0] + [9.0] * 18, (4, 7), (8, 16), [11, 14], 20, [], 2),
    "1-2": ([22, 26, 11, 21, 14, 7, 11, 7, 11, 24], (4, 6), (7, 40), [18, 29], 46, [28], 1),
    "1-3": ([8, 17, 25, 16, 32, 7, 7, 7, 7, 7, 15, 13, 18], (4, 6), (7, 46), [20, 33], 48, [32], 3),
    "1-4": ([27, 45, 8, 8, 8, 8, 8, 14, 11, 17, 16], (4, 7), (8, 32), [14, 20, 26], 38, [25], 2),
    "2-4": ([27, 45, 8, 8, 8, 8, 8, 14, 11, 16, 11, 16, 16], (4, 8), (9, 29), [14, 19, 24], 35, [], 2),
}
"""Column widths, heading rows, rows of figures, first rows of later blocks, last row, rows that end a page, label columns."""

SAME_PAPER = {"2-1": "1-1", "2-2": "1-2", "2-3": "1-3"}


@pytest.mark.parametrize("term", ["2024春", "2024秋", "2025春"])
@pytest.mark.parametrize("form", list(TABLES))
def test_paper(pack: Pack, form: str, term: str) -> None:
    widths, head, body, starts, end, breaks, stubs = GEOMETRY[SAME_PAPER.get(form, form)]
    if form in ("1-1", "2-1") and term == "2025春":
        widths = [*widths, 9, 9, 9, 9, 9, 9]
    sheet = laid_out(pack, form, term)
    assert (sheet.widths, sheet.head, sheet.body, sheet.starts) == (widths, head, body, starts)
    assert (sheet.end, page_breaks(sheet), sheet.stubs) == (end, breaks, stubs)


HEIGHTS: dict[str, dict[int, float]] = {
    "1-1": {4: 18, 5: 18, 6: 18, 7: 90.5, **dict.fromkeys(range(8, 17), 27.0), 17: 30, 18: 30, 19: 6, 20: 34},
    "1-2": {41: 6, 42: 34, 43: 18, 44: 30.5, 45: 18, 46: 18},
    "1-3": {4: 18, 5: 31, 6: 18, 47: 6, 48: 34},
    "1-4": {
        **{4: 23, 5: 18, 6: 32.5, 7: 18},
        **{9: 30.5, 10: 30.5, 11: 74, 12: 30.5, 13: 30.5},
        **{33: 6, 34: 22, 35: 22, 36: 22, 37: 18, 38: 34},
    },
    "2-4": {4: 23, 5: 18, 6: 18, 7: 32.5, 8: 18, 12: 45, 30: 6, 31: 22, 32: 22, 33: 22, 34: 18, 35: 34},
}
"""Rows that are not 16 points high; the label, the title and the line under it are 18, 36 and 24 on every form."""


@pytest.mark.parametrize("form", list(TABLES))
def test_row_heights(pack: Pack, form: str) -> None:
    assert laid_out(pack, form, "2024春").heights == {1: 18, 2: 36, 3: 24, **HEIGHTS[SAME_PAPER.get(form, form)]}


BLANKS = {
    "1-1": {"学校名称": "C3", "填表日期": "P3", "退款情况": "C17", "备注": "C18"},
    "1-2": {"学校名称": "B3", "填表日期": "J3"},
    "1-3": {"学校名称": "C3", "填表日期": "K3", "专业个数": "E46"},
    "1-4": {
        "学校名称": "B3", "填表日期": "K3", "前期结余": "B34", "前期截止": "E34", "实际收到": "B35", "收款日期": "E35", "期末结余": "B36",
    },
    "2-4": {
        "学校名称": "B3", "填表日期": "M3", "前期结余": "B31", "前期截止": "E31", "实际收到": "B32", "收款日期": "E32", "期末结余": "B33",
    },
}  # fmt: skip


@pytest.mark.parametrize("form", list(TABLES))
def test_blanks(pack: Pack, form: str) -> None:
    sheet = laid_out(pack, form, "2024春")
    assert {name: a1(*cell) for name, cell in sheet.lines.items()} == BLANKS[SAME_PAPER.get(form, form)]


def test_a_third_grade_moves_the_date_to_the_right(pack: Pack) -> None:
    assert laid_out(pack, "2-1", "2025春").lines == {
        "学校名称": (3, 3), "填表日期": (3, 22), "退款情况": (17, 3), "备注": (18, 3),
    }  # fmt: skip


NAMES = {
    ("省属", "2024春"): ["助学金结算表 $A$8:$T$16", "精准学生明细 $A$7:$J$40", "免学费精准统计 $A$7:$M$46", "生均公用经费 $A$8:$K$32"],
    ("省属", "2025春"): ["助学金结算表 $A$8:$Z$16", "精准学生明细 $A$7:$J$40", "免学费精准统计 $A$7:$M$46", "生均公用经费 $A$8:$K$32"],
    ("市属", "2024秋"): ["助学金结算表 $A$8:$T$16", "精准学生明细 $A$7:$J$40", "免学费精准统计 $A$7:$M$46", "生均公用经费免学费 $A$9:$M$29"],
}  # fmt: skip
PRINTED = {"省属": ["T$20", "J$46", "M$48", "K$38"], "市属": ["T$20", "J$46", "M$48", "M$35"]}


def opened(pack: Pack, set_name: str, term: str) -> Any:
    return load_workbook(BytesIO(render(pack, compose(pack, set_name, Term.parse(term)), {})))


@pytest.mark.parametrize(("set_name", "term"), list(NAMES))
def test_names_and_print_areas_of_the_workbook(pack: Pack, set_name: str, term: str) -> None:
    book = opened(pack, set_name, term)
    expected = {f"{sheet}_数据": f"'{sheet}'!{area}" for sheet, area in map(str.split, NAMES[set_name, term])}
    assert {name: item.value for name, item in book.defined_names.items()} == expected
    last = [sheet.print_area.split(":$")[1] for sheet in book]
    assert last == (PRINTED[set_name] if term != "2025春" else ["Z$20", *PRINTED[set_name][1:]])


@pytest.mark.parametrize(
    ("sheet", "cell", "align"),
    [
        ("助学金结算表", "A3", "left"),
        ("助学金结算表", "N3", "right"),  # a text moves to the blank after it
        ("助学金结算表", "R3", "right"),
        ("生均公用经费", "A3", "left"),
        ("生均公用经费", "A34", "left"),
        ("生均公用经费", "C34", "right"),
        ("生均公用经费", "G34", "left"),
        ("生均公用经费", "A8", "center"),
        ("生均公用经费", "B9", "left"),  # a label longer than a line
        ("免学费精准统计", "C7", "center"),
    ],
)
def test_alignment(province: Any, sheet: str, cell: str, align: str) -> None:
    assert province[sheet][cell].alignment.horizontal == align


@pytest.fixture(scope="module")
def province(pack: Pack) -> Any:
    return opened(pack, "省属", "2024春")
