"""What the demo warehouse keeps: 500 items of a household, hardware, food and medical wholesaler.

Nothing here exists: products are everyday things without makers, codes are from the range GS1
keeps for demonstrations (952).
"""

from dataclasses import dataclass
from decimal import Decimal

from server.domain.numbers import round_money

VARIANT_COSTS = tuple(Decimal(factor) for factor in ("1", "1.25", "1.6", "2.1", "2.8"))
FAMILIES = (
    ("HOUSE", "日用百货", "Household"),
    ("TOOLS", "五金工具", "Hardware"),
    ("FOOD", "食品饮料", "Food and drink"),
    ("MED", "医疗用品", "Medical supplies"),
)
SUPPLIERS = (
    ("JH", "江河日化用品厂", "HOUSE"),
    ("QS", "青杉家居制造", "HOUSE"),
    ("TL", "铁岭五金联合", "TOOLS"),
    ("HY", "恒远工具", "TOOLS"),
    ("MT", "麦田食品", "FOOD"),
    ("SQ", "山泉饮品", "FOOD"),
    ("AK", "安康医疗器材", "MED"),
    ("BJ", "白鹭卫生材料", "MED"),
)

# family | code | 名称 | name | unit | cost | pack | kind | shelf life in days | five variants
# kind: - plain, l by lot, s by serial, p on pallets and by lot
_PRODUCTS = """
HOUSE|CUP|不锈钢保温杯|Vacuum flask|个|28|12|-||350 ml,500 ml,750 ml,1 L,1.5 L
HOUSE|BOX|密封保鲜盒|Storage box|个|6.5|24|-||0.4 L,0.8 L,1.2 L,2 L,4 L
HOUSE|MOP|平板拖把|Flat mop|把|19|6|-||30 cm,36 cm,42 cm,50 cm,60 cm
HOUSE|TOW|纯棉毛巾|Cotton towel|条|7.8|20|-||30×30,34×74,40×80,60×120,70×140
HOUSE|BAG|垃圾袋|Bin liner|卷|3.2|50|-||10 L,20 L,30 L,60 L,120 L
HOUSE|HAN|植绒衣架|Coat hanger|组|9.9|10|-||5 只,10 只,15 只,20 只,30 只
HOUSE|LED|LED 灯泡|LED bulb|只|4.6|40|-||3 W,5 W,7 W,9 W,12 W
HOUSE|BRU|清洁刷|Cleaning brush|把|5.4|24|-||XS,S,M,L,XL
HOUSE|SOA|洗手液|Hand soap|瓶|8.2|12|l|1095|250 ml,300 ml,500 ml,1 L,2 L
HOUSE|DET|浓缩洗衣液|Laundry liquid|瓶|16|6|l|1095|0.5 kg,1 kg,2 kg,3 kg,5 kg
HOUSE|TIS|抽取式面纸|Facial tissue|提|11|12|-||3 包,6 包,10 包,18 包,24 包
HOUSE|PAN|不粘平底锅|Non-stick pan|口|46|6|-||20 cm,22 cm,24 cm,28 cm,32 cm
HOUSE|KNI|厨房刀|Kitchen knife|把|32|12|-||10 cm,13 cm,17 cm,20 cm,24 cm
HOUSE|BOW|陶瓷碗|Ceramic bowl|个|6.8|36|-||4.5 寸,5 寸,6 寸,7 寸,8 寸
HOUSE|PLA|陶瓷盘|Ceramic plate|个|8.4|36|-||6 寸,7 寸,8 寸,9 寸,10 寸
HOUSE|UMB|折叠雨伞|Folding umbrella|把|22|20|-||21 寸,23 寸,25 寸,27 寸,30 寸
HOUSE|SLI|防滑拖鞋|Slippers|双|12|20|-||36-37,38-39,40-41,42-43,44-45
HOUSE|CUR|遮光窗帘|Blackout curtain|幅|58|4|-||1.0 m,1.5 m,2.0 m,2.5 m,3.0 m
HOUSE|PIL|乳胶枕|Latex pillow|个|65|6|-||儿童,低款,中款,高款,加长
HOUSE|QUI|四季被|Quilt|条|120|4|-||1.2 m,1.5 m,1.8 m,2.0 m,2.2 m
HOUSE|LAM|台灯|Desk lamp|台|54|8|-||4 W,6 W,8 W,10 W,14 W
HOUSE|BAT|碱性电池|Alkaline battery|卡|9.6|48|l|1825|2 粒,4 粒,8 粒,12 粒,20 粒
HOUSE|ORG|抽屉收纳盒|Drawer organiser|个|7.2|24|-||2 格,4 格,6 格,8 格,12 格
HOUSE|GLO|橡胶手套|Rubber gloves|双|4.1|50|-||XS,S,M,L,XL
HOUSE|CAN|香薰蜡烛|Scented candle|个|18|12|-||80 g,120 g,180 g,250 g,400 g
TOOLS|BLT|外六角螺栓|Hex bolt|盒|14|20|-||M6×30,M8×40,M10×50,M12×60,M16×80
TOOLS|NUT|六角螺母|Hex nut|盒|9|20|-||M6,M8,M10,M12,M16
TOOLS|WSH|平垫圈|Flat washer|盒|6|20|-||M6,M8,M10,M12,M16
TOOLS|SCR|自攻螺丝|Self-tapping screw|盒|11|20|-||3.5×16,3.5×25,4×30,4×40,5×50
TOOLS|DRL|冲击钻|Impact drill|台|210|2|s||10 mm,13 mm,16 mm,20 mm,26 mm
TOOLS|BIT|麻花钻头|Twist drill bit|支|4.5|50|-||3 mm,5 mm,6 mm,8 mm,10 mm
TOOLS|HAM|羊角锤|Claw hammer|把|26|12|-||0.25 kg,0.5 kg,0.75 kg,1 kg,1.5 kg
TOOLS|PLI|钢丝钳|Combination pliers|把|24|12|-||6 寸,7 寸,8 寸,9 寸,10 寸
TOOLS|WRE|活动扳手|Adjustable wrench|把|29|12|-||6 寸,8 寸,10 寸,12 寸,15 寸
TOOLS|SDR|十字螺丝刀|Phillips screwdriver|把|8.5|24|-||PH0,PH1,PH2,PH3,PH4
TOOLS|TAP|卷尺|Tape measure|把|13|24|-||3 m,5 m,7.5 m,10 m,15 m
TOOLS|LVL|水平尺|Spirit level|把|31|10|-||30 cm,40 cm,60 cm,80 cm,100 cm
TOOLS|SAW|手板锯|Hand saw|把|27|10|-||350 mm,400 mm,450 mm,500 mm,550 mm
TOOLS|PAI|羊毛漆刷|Paint brush|把|3.9|36|-||1 寸,1.5 寸,2 寸,3 寸,4 寸
TOOLS|ADH|结构胶|Structural adhesive|支|12|24|l|365|透明,白,灰,黑,米黄
TOOLS|TPE|电工胶带|Insulating tape|卷|2.8|100|-||红,黄,蓝,黑,白
TOOLS|CBL|铜芯电线|Copper cable|卷|95|4|-||1 mm²,1.5 mm²,2.5 mm²,4 mm²,6 mm²
TOOLS|SWI|墙壁开关|Wall switch|个|9.8|40|-||一开,二开,三开,四开,五孔
TOOLS|PIP|PPR 水管|PPR pipe|根|18|20|-||20 mm,25 mm,32 mm,40 mm,50 mm
TOOLS|VAL|铜球阀|Brass ball valve|个|22|20|-||DN15,DN20,DN25,DN32,DN40
TOOLS|HIN|不锈钢合页|Stainless hinge|付|8.8|30|-||2 寸,2.5 寸,3 寸,4 寸,5 寸
TOOLS|LOC|黄铜挂锁|Brass padlock|把|15|24|-||25 mm,32 mm,40 mm,50 mm,63 mm
TOOLS|CHA|镀锌链条|Galvanised chain|米|7.4|50|-||3 mm,4 mm,5 mm,6 mm,8 mm
TOOLS|ABR|砂纸|Sandpaper|包|6.2|40|-||P80,P120,P240,P400,P800
TOOLS|WHE|脚轮|Castor|只|11|40|-||1.5 寸,2 寸,2.5 寸,3 寸,4 寸
FOOD|RIC|东北大米|Rice|袋|32|1|p|365|2.5 kg,5 kg,8 kg,10 kg,15 kg
FOOD|WAT|天然矿泉水|Mineral water|箱|19|1|p|540|330 ml,500 ml,750 ml,1.5 L,4 L
FOOD|OIL|压榨菜籽油|Rapeseed oil|桶|38|4|l|540|0.9 L,1.8 L,3 L,4 L,5 L
FOOD|FLR|小麦粉|Wheat flour|袋|12|10|l|270|1 kg,2.5 kg,5 kg,10 kg,12.5 kg
FOOD|NOO|手工挂面|Dried noodles|把|5.2|30|l|365|300 g,500 g,800 g,1 kg,1.5 kg
FOOD|SOY|酿造酱油|Soy sauce|瓶|8.8|12|l|720|200 ml,500 ml,800 ml,1 L,1.75 L
FOOD|VIN|陈醋|Mature vinegar|瓶|7.6|12|l|720|240 ml,420 ml,500 ml,800 ml,2.3 L
FOOD|SUG|白砂糖|Sugar|袋|5.5|20|l|540|300 g,400 g,500 g,1 kg,2 kg
FOOD|SAL|海盐|Sea salt|袋|2.4|40|l|1095|250 g,320 g,400 g,500 g,1 kg
FOOD|TEA|高山绿茶|Green tea|罐|48|10|l|540|50 g,100 g,150 g,200 g,250 g
FOOD|COF|挂耳咖啡|Drip coffee|盒|26|12|l|365|5 片,7 片,10 片,15 片,20 片
FOOD|MIL|纯牛奶|Whole milk|箱|42|1|l|180|200 ml,250 ml,500 ml,1 L,1.5 L
FOOD|YOG|常温酸奶|Long-life yoghurt|箱|46|1|l|150|180 g,200 g,230 g,250 g,330 g
FOOD|JUI|橙汁|Orange juice|瓶|7.9|12|l|270|250 ml,330 ml,500 ml,1 L,1.5 L
FOOD|BIS|燕麦饼干|Oat biscuits|盒|9.4|24|l|300|80 g,120 g,200 g,300 g,450 g
FOOD|CHO|黑巧克力|Dark chocolate|盒|22|20|l|360|45 g,80 g,100 g,150 g,250 g
FOOD|NUS|混合坚果|Mixed nuts|罐|35|12|l|240|150 g,250 g,350 g,500 g,750 g
FOOD|HON|土蜂蜜|Honey|瓶|39|12|l|720|250 g,350 g,500 g,800 g,1 kg
FOOD|JAM|草莓果酱|Strawberry jam|瓶|14|12|l|540|170 g,220 g,300 g,340 g,450 g
FOOD|TUN|金枪鱼罐头|Canned tuna|罐|12|24|l|1095|95 g,140 g,160 g,185 g,400 g
FOOD|BEA|八宝粥|Congee|箱|33|1|l|540|6 罐,8 罐,10 罐,12 罐,16 罐
FOOD|CRA|苏打饼干|Soda crackers|盒|7.1|24|l|300|100 g,150 g,200 g,400 g,600 g
FOOD|SPI|花椒|Sichuan pepper|瓶|13|24|l|540|30 g,50 g,80 g,100 g,200 g
FOOD|MUS|干香菇|Dried mushrooms|袋|28|20|l|365|80 g,120 g,200 g,250 g,500 g
FOOD|SEA|即食海苔|Seaweed snack|罐|17|20|l|270|12 g,20 g,30 g,45 g,60 g
MED|MSK|医用外科口罩|Surgical mask|盒|12|40|l|730|10 只,20 只,30 只,50 只,100 只
MED|N95|防护口罩|Respirator|盒|38|20|l|1095|5 只,10 只,15 只,20 只,30 只
MED|GLV|丁腈检查手套|Nitrile gloves|盒|29|10|l|1095|XS,S,M,L,XL
MED|SYR|一次性注射器|Syringe|盒|26|20|l|1095|1 ml,2.5 ml,5 ml,10 ml,20 ml
MED|NED|采血针|Lancet|盒|18|20|l|1095|21G,23G,26G,28G,30G
MED|GAU|医用纱布片|Gauze swab|包|6.3|50|l|1095|5×5,7.5×7.5,10×10,10×20,20×30
MED|BAN|弹性绷带|Elastic bandage|卷|4.8|60|l|1460|5 cm,7.5 cm,10 cm,12 cm,15 cm
MED|PLS|创可贴|Plasters|盒|7.5|40|l|1095|10 片,20 片,50 片,100 片,200 片
MED|ALC|酒精棉片|Alcohol wipes|盒|8.9|40|l|730|30 片,50 片,100 片,150 片,200 片
MED|IOD|碘伏消毒液|Povidone-iodine|瓶|5.6|40|l|730|60 ml,100 ml,250 ml,500 ml,1 L
MED|SAN|免洗手消毒液|Hand sanitiser|瓶|13|24|l|730|50 ml,100 ml,300 ml,500 ml,1 L
MED|THE|电子体温计|Digital thermometer|支|22|20|s||硬头,软头,快速,婴儿,基础
MED|BPM|电子血压计|Blood pressure monitor|台|165|4|s||手腕,上臂,上臂大屏,语音,蓝牙
MED|GLU|血糖试纸|Glucose strips|盒|46|20|l|540|10 片,25 片,50 片,75 片,100 片
MED|CAT|输液器|Infusion set|支|3.1|100|l|1095|0.55,0.6,0.7,0.8,0.9
MED|COT|医用棉签|Cotton swabs|包|2.9|100|l|1095|20 支,50 支,100 支,200 支,500 支
MED|TAB|医用胶带|Surgical tape|卷|3.7|80|l|1095|1.25 cm,2.5 cm,5 cm,7.5 cm,10 cm
MED|DRE|伤口敷料|Wound dressing|盒|33|20|l|1095|6×7,9×10,9×15,9×20,9×25
MED|CAP|一次性医用帽|Surgical cap|包|9.1|40|l|1095|10 只,20 只,50 只,100 只,200 只
MED|GOW|隔离衣|Isolation gown|件|14|40|l|1095|S,M,L,XL,XXL
MED|SHO|一次性鞋套|Shoe covers|包|6.6|60|l|1460|20 只,50 只,100 只,200 只,500 只
MED|TUB|真空采血管|Blood tube|盒|52|10|l|365|2 ml,3 ml,4 ml,5 ml,10 ml
MED|ICE|冷敷贴|Cooling patch|盒|11|30|l|730|2 贴,4 贴,6 贴,8 贴,12 贴
MED|KNE|护膝|Knee support|只|36|20|-||S,M,L,XL,XXL
MED|CRU|腋下拐杖|Crutch|副|88|4|-||儿童,S,M,L,XL
"""


@dataclass(frozen=True, slots=True)
class DemoItem:
    """One item: what it is, what it costs, and how it is kept. pack: pieces in a carton."""

    number: int
    sku: str
    family: str
    name_zh: str
    name_en: str
    specification: str
    unit: str
    cost: Decimal
    pack: int
    tracking: str
    shelf_life_days: int | None
    on_pallets: bool

    @property
    def barcode(self) -> str:
        """Its EAN-13."""
        return ean_13(f"952{self.number:09d}")

    @property
    def supplier(self) -> str:
        """Who delivers it: the code of one of the family's suppliers."""
        of_family = [code for code, _, family in SUPPLIERS if family == self.family]
        return of_family[(self.number - 1) // 5 % len(of_family)]

    @property
    def carton_barcode(self) -> str:
        """The EAN-13 of its carton."""
        return ean_13(f"952{self.number + 100_000:09d}")


def demo_items() -> list[DemoItem]:
    """All 500, in a fixed order."""
    lines = [line.split("|") for line in _PRODUCTS.strip().splitlines()]
    return [
        _item(5 * at + variant, fields, variant)
        for at, fields in enumerate(lines)
        for variant in range(5)
    ]


def ean_13(digits: str) -> str:
    """The 12 digits with their check digit (GS1: weights 1 and 3 from the left)."""
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _item(number: int, fields: list[str], variant: int) -> DemoItem:
    family, code, zh, en, unit, cost, pack, kind, life, variants = fields
    tracking = {"-": "none", "l": "lot", "p": "lot", "s": "serial"}[kind]
    return DemoItem(
        number=number + 1,
        sku=f"{code}-{variant + 1:02d}",
        family=family,
        name_zh=zh,
        name_en=en,
        specification=variants.split(",")[variant],
        unit=unit,
        cost=round_money(Decimal(cost) * VARIANT_COSTS[variant]),
        pack=int(pack),
        tracking=tracking,
        shelf_life_days=int(life) if life else None,
        on_pallets=kind == "p",
    )
