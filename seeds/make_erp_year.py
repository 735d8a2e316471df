"""Writes `erp_year.csv`: one year of order lines of a fictional firm, as its order system has them.

Example Instruments Inc. (US) makes laboratory instruments and industrial computers and resells a
few accelerators. The file has only what an order system knows: no end users, no screening, some
cells dirty. Firms and order numbers are invented. Same seed, same bytes: `random()` alone is used.
"""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

LINES, FIRST_DAY, DAYS = 1000, date(2025, 9, 1), 365
HEADER = ["Order No", "Line No", "Order Date", "Ship-to Name", "Ship-to Country", "Bill-to Name",
          "Bill-to Country", "Item Number", "Item Description", "ECCN", "Qty", "Value",
          "Currency"]  # fmt: skip
NUMBER, LINE, DATE, SHIP, SHIP_AT, BILL, BILL_AT, ITEM, WHAT, ECCN, QTY, VALUE, CURRENCY = HEADER

# country, name / weight
CUSTOMERS = """
DE Rottweil Analytik GmbH/34; DE Havelland Labortechnik GmbH/26; DE Kessler-Brandt Robotik GmbH/12
DE Ostfalen Automation AG/26; DE Universität Neckarufer/9; DE Spreewerk Messtechnik GmbH/14
FR Laboratoires Valmorin SA/22; FR Mécaligne Industrie SAS/18; FR Université de la Haute-Vezonne/6
GB Thornbeck Scientific Ltd/24; GB Wexcombe University/14; GB Calder & Pike Instruments Ltd/16
NL Waddenlab B.V./18; NL Van Oosterzee Procestechniek B.V./14; NL Delfzicht Semicon Services B.V./10
JP Kitahama Keisoku K.K./30; JP Minato Rikagaku Kogyo Co., Ltd./20; JP Sagamino Robotics K.K./20
JP Tsubakigaoka University/9; KR Hanbit Analytical Co., Ltd./20; KR Daeyang Precision Corp./16
KR Seorak Institute of Science/8; CA Laurentide Analytique Inc./22; CA Prairie Grain Testing Ltd./18
CA Fraserview University/9; IT Valtidone Strumenti S.p.A./18; IT Adriamec Automazione S.r.l./12
CH Aareblick Pharma AG/16; CH Zürisee Präzision AG/9; AU Yarrabend Assay Pty Ltd/12
IN Konkan Lifesciences Pvt. Ltd./16; IN Deccan Drishti Automation Pvt. Ltd./14
MX Instrumentos del Bajío S.A. de C.V./14; MX Maquilas Tepeyac S.A. de C.V./12
SE Skagerlund Mätteknik AB/12; DK Nordhavn Vandanalyse A/S/10; ES Laboratorios Guadalmar S.L./11
PL Wistula Automatyka Sp. z o.o./9; BE Scheldewerk Chemicals N.V./9; AT Pinzgau Messgeräte GmbH/8
FI Saimaanranta Instruments Oy/6; NO Hardangervik Marine AS/6; IE Corrib Bay Biologics Ltd/8
TR Haliç Endüstri A.Ş./6; ZA Karoo Assay Laboratories (Pty) Ltd/5; AR Laboratorio Río Paraná S.A./4
CN Suzhou Lanting Instruments Co., Ltd./19; CN Shenzhen Haoyuan Automation Co., Ltd./17
CN Beijing Qingshui Testing Institute/10; CN Huaxin Yuanhang Microelectronics Co., Ltd./4
CN Chengdu Minjiang Engineering University/8; HK Lianhe Yuanhang Instruments (Hong Kong) Ltd./8
HK Victoria Quay Trading Ltd./9; MO Taipa Environmental Laboratory Ltd./2
TW Hsinlung Precision Co., Ltd./18; TW Tamshan Photonics Co., Ltd./11
SG Tanjong Scientific Pte. Ltd./18; SG Merlion Bay Data Systems Pte. Ltd./10
SG Kallang Biologics Pte. Ltd./12; MY Perak Electronics Sdn. Bhd./12
TH Chao Mae Foods Testing Co., Ltd./8; VN Song Hong Electronics JSC/9
VN Saigon Laboratory Supply Co., Ltd./8; ID PT Nusantara Uji Mutu/6
AE Gulf Crescent Laboratories LLC/9; AE Jebel Falcon General Trading FZE/8
SA Najd Petrochemical Testing Co./7; QA Al Khor Analytical Services W.L.L./4
IL Carmel Ridge Optics Ltd./10; IL Negev Agritech Ltd./7; EG Delta Nile Water Laboratory/4
KZ Saryarka Assay LLP/3; BR Laboratórios Serra Azul Ltda./14; BR Automação Paranaíba S.A./8
CL Atacama Minerales SpA/6; CO Laboratorio Sabana S.A.S./5; KH Tonle Sap Food Laboratory Co., Ltd./3
RU OOO Volgapribor/3; IR Alborz Shimi Teb Co./2; SY Orontes Water Laboratory/1
"""

# start of the name shipped to: who pays
BILLED = {
    "Universität N": ("Landeskasse Neckarufer", "DE"), "Perak": ("Daeyang Precision Corp.", "KR"),
    "Maquilas": ("Tepeyac Holdings LLC", "US"), "Kallang": ("Corrib Bay Biologics Ltd", "IE"),
    "Saigon": ("Tanjong Scientific Pte. Ltd.", "SG"),
}  # fmt: skip

# number | description | ECCN | unit price | weight
ITEMS = """
EI-10012|pH electrode, glass body|EAR99|145|60; EI-11031|Magnetic hotplate stirrer HS-7|EAR99|560|34
EI-10020|Conductivity probe, 4-cell|EAR99|210|40; EI-11014|Analytical balance AB-220|EAR99|2890|34
EI-10113|Quartz cuvette set, 10 mm, 4 pcs|EAR99|380|36; EI-10355|O-ring kit, FKM|EAR99|38|44
EI-10240|Deuterium lamp, replacement|EAR99|640|36; EI-11088|Karl Fischer titrator KF-3|EAR99|9600|20
EI-11002|Bench pH meter PH-40|EAR99|720|36; EI-12014|DIN rail power supply, 24 V, 120 W|EAR99|89|36
EI-11045|UV-Vis spectrophotometer SP-1100|EAR99|8450|34; EI-12022|Sensor cable, M12, 5 m|EAR99|24|34
EI-11052|FTIR spectrometer FT-300|EAR99|24800|22; EI-11073|Benchtop centrifuge BC-15|EAR99|4350|24
EI-11060|HPLC system LC-2, quaternary pump|EAR99|41500|20; EI-12050|Fan tray, spare|EAR99|118|20
EI-11101|Microplate reader MR-96|EAR99|18700|22; EI-12010|DIN rail mounting bracket|EAR99|12.5|30
EI-12030|Front panel kit, IP65|EAR99|64|20; EI-12061|Calibration weight set, class E2|EAR99|1150|14
EI-20010|Raman laser module, 532 nm|6A995|3900|14; EI-20080|Telecom line tester TL-8|5B991|2750|10
EI-20033|Thermal inspection camera, uncooled, 9 Hz|6A993.a|6200|14
EI-20040|Vibration test controller VC-4|9B990|15400|8; EI-60020|Capacitance manometer|2B230|2100|8
EI-20052|Dimensional inspection head|2B996|21300|8; EI-60040|Signal analyzer SA-44|3A002.c|58000|6
EI-20060|Wafer probe inspection station WP-200|3B992|96000|8
EI-30011|Controller board CB-7, Cortex-M7|3A991.a.2|165|40; EI-30040|Data logger DL-16|EAR99|1480|30
EI-30024|Flash memory module, 64 GB|3A991.b|98|36; EI-30032|FPGA I/O card IO-32|3A991.d|1240|30
EI-40010|Panel PC IPC-10, 10 inch|4A994.b|1390|40; EI-40035|Rack controller IPC-35|4A994.b|4650|30
EI-40022|Fanless industrial PC IPC-22|5A992.c|1880|44
EI-50010|Industrial router IR-5|5A992.c|690|50; EI-50024|Managed Ethernet switch ES-24|5A991|980|36
EI-50031|Wireless field gateway WG-3|5A992.c|540|36; EI-99001|Customer-specific assembly||5200|14
EI-60010|Mass spectrometer MS-900, magnetic sector|3A233|285000|4
EI-60031|Chemical transfer pump CP-20, Hastelloy|2B350.i|7400|8
"""

RESOLD = {
    "RTX 4090": ("GeForce RTX 4090 graphics card, resold", "", 1850),
    "L40S": ("L40S accelerator, 48 GB, resold", "3A090.a", 8600),
    "H100 PCIe 80GB": ("H100 PCIe accelerator, resold", "3A090.a", 29500),
    "RTX 6000 Ada": ("RTX 6000 Ada workstation card, resold", "", 7200),
    "EI-45010": ("Vision workstation VW-1 with one RTX 6000 Ada", "4A090.a", 14900),
}
# item | start of the customer's name | quantity | ECCN as typed, where not the one above
ACCELERATORS = """
RTX 4090|Kitahama|4; RTX 6000 Ada|Rottweil|2; L40S|Tanjong|8; RTX 4090|Shenzhen|20|EAR99
EI-45010|Ostfalen|3; H100 PCIe 80GB|Fraserview|4; L40S|Kessler|4; RTX 4090|Song Hong|10
H100 PCIe 80GB|Merlion|16; EI-45010|Hanbit|2; RTX 6000 Ada|Konkan|4|5A992.c; L40S|Gulf|6
RTX 4090|Hsinlung|12; H100 PCIe 80GB|Suzhou|2; EI-45010|Laboratoires Val|1; RTX 6000 Ada|Victoria|6
L40S|Automação|4; RTX 4090|Maquilas|8; H100 PCIe 80GB|Jebel|32; L40S|Sagamino|8
"""

SPELLED = """
AE United Arab Emirates/UAE; AR Argentina; AT Austria; AU Australia/AU; BE Belgium; BR Brazil
CA Canada/CA; CH Switzerland; CL Chile; CN China/CN/P.R. China; CO Colombia; DE Germany/DE/GERMANY
DK Denmark; EG Egypt; ES Spain/ES; FI Finland; FR France/FR; GB United Kingdom/GB/Great Britain
HK Hong Kong/HK; ID Indonesia; IE Ireland; IL Israel; IN India/IN; IR Iran; IT Italy/IT
JP Japan/JP/JAPAN; KH Cambodia; KR Korea, South/South Korea/KR; KZ Kazakhstan; MO Macau
MX Mexico/MX; MY Malaysia; NL Netherlands/NL/Holland; NO Norway/NO; PL Poland; QA Qatar
RU Russian Federation; SA Saudi Arabia; SE Sweden; SG Singapore/SG; SY Syria; TH Thailand
TR Türkiye/Turkey; TW Taiwan/TW; US United States/US; VN Viet Nam/Vietnam; ZA South Africa
"""

# first line to spoil, where shipped to (any if empty), column, what stands there instead
DIRT = [
    (23, "DE", SHIP, "ROTTWEIL ANALYTIK"), (61, "", DATE, "US form"), (97, "", QTY, "4,800"),
    (140, "", SHIP_AT, ""), (188, "KR", SHIP_AT, "Korea"), (231, "", ECCN, "EAR 99"),
    (274, "FR", SHIP, " Laboratoires  Valmorin SA "), (310, "DE", SHIP_AT, "Germny"),
    (352, "", VALUE, "12.450,00"), (399, "", QTY, ""), (433, "AE", SHIP_AT, " AE "),
    (478, "", ECCN, "TBD"), (520, "GB", SHIP_AT, "England"), (566, "", ITEM, "lower case"),
    (609, "", CURRENCY, "US$"), (655, "", DATE, "US form"), (702, "JP", SHIP, "Kitahama Keisoku"),
    (748, "CN", SHIP_AT, ""), (791, "", ECCN, "3.0E+991"), (840, "", LINE, ""),
    (888, "", SHIP_AT, "N/A"), (932, "", CURRENCY, ""), (961, "SG", BILL, ""),
]  # fmt: skip


def entries(table):
    """The entries of a table above: one after another, separated by semicolons and line ends."""
    return [entry.strip() for entry in table.replace("\n", ";").split(";") if entry.strip()]


def main():
    rng = random.Random(1023)

    def pick(choices, weights):
        point = rng.random() * sum(weights)
        for choice, weight in zip(choices, weights, strict=True):
            point -= weight
            if point < 0:
                return choice
        return choices[-1]

    def spell(code):
        usual, *others = spelled[code]
        return pick(others, [1] * len(others)) if others and rng.random() < 0.25 else usual

    weighed = [entry.rsplit("/", 1) for entry in entries(CUSTOMERS)]
    customers = [(row[3:], row[:2], int(weight)) for row, weight in weighed]
    items = [entry.split("|") for entry in entries(ITEMS)]
    spelled = {entry[:2]: entry[3:].split("/") for entry in entries(SPELLED)}
    resold = [entry.split("|") for entry in entries(ACCELERATORS)]
    lines, codes, order = [], [], 125000
    while len(lines) < LINES:
        order += 1
        day = FIRST_DAY + timedelta(days=DAYS * len(lines) // LINES)
        day -= timedelta(days=max(0, day.weekday() - 4))  # no orders at weekends
        goods = []
        if resold and len(lines) >= 1025 - 49 * len(resold):
            item, start, quantity, *typed = resold.pop(0)
            name, code, _ = next(c for c in customers if c[0].startswith(start))
            what, eccn, price = RESOLD[item]
            goods.append((item, what, *(typed or [eccn]), int(quantity), price))
        else:
            name, code, _ = pick(customers, [weight for *_, weight in customers])
            for _ in range(pick([1, 2, 3, 4], [5, 3, 2, 1])):
                item, what, eccn, price, _ = pick(items, [int(weight) for *_, weight in items])
                most = min(400, max(1, 25_000 / float(price)))
                if rng.random() < 0.05:
                    eccn = ""  # not kept up in the order system
                elif eccn == "5A992.c" and rng.random() < 0.15:
                    eccn = "5A992"
                goods.append((item, what, eccn, int(1 + rng.random() ** 2 * most), float(price)))
        bill, bill_code = next((v for k, v in BILLED.items() if name.startswith(k)), (name, code))
        local = {"DE": "EUR", "FR": "EUR", "NL": "EUR", "GB": "GBP", "JP": "JPY"}.get(code, "USD")
        currency = local if rng.random() < 0.4 else "USD"
        rate = 150 if currency == "JPY" else 1
        head = [name, spell(code), bill, spell(bill_code)]
        for at, (item, what, eccn, quantity, price) in enumerate(goods[: LINES - len(lines)], 1):
            cells = [f"SO-{order}", at * 10, day.isoformat(), *head, item, what, eccn, quantity,
                     f"{quantity * price * rate:.2f}", currency]  # fmt: skip
            lines.append(dict(zip(HEADER, cells, strict=True)))
            codes.append(code)

    for start, code, column, value in DIRT:
        at = next(i for i in range(start, LINES) if code in ("", codes[i]))
        was = lines[at][column]
        if value == "US form":
            value = date.fromisoformat(was).strftime("%m/%d/%Y")
        lines[at][column] = was.lower() if value == "lower case" else value

    with (Path(__file__).parent / "erp_year.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


if __name__ == "__main__":
    main()
