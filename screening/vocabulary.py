"""The one declaration of every field: YAML tests, shipments, table headers, API and docs use it.

A layer adds its own fields under `attributes.` or `certifications.`; it never redefines one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from screening.decision import FOUND_BY_RULES


class FieldType(StrEnum):
    """What a value of a field is, and so which tests fit it."""

    TEXT = "text"
    PLACE = "place"
    CODE = "code"
    HS_CODE = "hs_code"
    PRODUCT = "product"
    PARTY = "party"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"
    PERCENT_RANGE = "percent_range"

    @property
    def words(self) -> str:
        """As a sentence calls it."""
        own = {FieldType.CODE: "ECCN", FieldType.HS_CODE: "HS code"}
        return own.get(self, self.value.replace("_", " "))


class Scope(StrEnum):
    """What a field describes."""

    SHIPMENT = "shipment"
    PARTY = "party"
    LISTING = "listing"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `many` marks a list, complete when given; `derived` ones are never typed in."""

    id: str
    type: FieldType
    title: str
    unit: str = ""
    description: str = ""
    synonyms: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    scope: Scope = Scope.SHIPMENT
    many: bool = False
    derived: bool = False
    in_words: str = ""  # the field that states the same in free text
    plural: bool = False  # the title is: `footnotes are`, not `footnotes is`

    def as_dict(self) -> dict[str, object]:
        """JSON form; what is empty is left out."""
        found: dict[str, object] = {
            "id": self.id, "scope": self.scope.value, "type": self.type.value,
            "title": self.title, "many": self.many, "derived": self.derived,
        }  # fmt: skip
        for key in ("unit", "description", "synonyms", "choices"):
            value = getattr(self, key)
            if value:
                found[key] = list(value) if isinstance(value, tuple) else value
        return found


ROLES: tuple[str, ...] = (
    "exporter",
    "end_user",
    "ultimate_consignee",
    "intermediate_consignee",
    "purchaser",
    "forwarder",
)
"""Roles of parties (15 CFR 748.5 and 772.1); a role may occur more than once."""

ROLE_WORDS: dict[str, tuple[str, ...]] = {
    "exporter": ("USPPI", "Ausführer", "Exporteur", "Exportateur", "Exportador"),
    "end_user": (
        "Final User",
        "Endverwender",
        "Endabnehmer",
        "Endnutzer",
        "Utilisateur final",
        "Usuario final",
    ),
    "ultimate_consignee": (
        "Ult. Consignee",
        "Final Consignee",
        "Ship-to Party",
        "Deliver-to",
        "Empfänger",
        "Warenempfänger",
        "Destinataire",
        "Destinatario",
    ),
    "intermediate_consignee": ("Int. Consignee", "Interm. Consignee", "Zwischenempfänger"),
    "purchaser": (
        "Buyer",
        "Bill-to Party",
        "Sold-to Party",
        "Rechnungsempfänger",
        "Käufer",
        "Auftraggeber",
        "Acheteur",
        "Comprador",
    ),
    "forwarder": ("Freight Forwarder", "Forwarding Agent", "Spediteur", "Spedition", "Transitaire"),
}
"""What order systems call the roles beside their own names, in German, French and Spanish too."""

DEFAULT_ROLES: tuple[str, ...] = (
    "end_user",
    "ultimate_consignee",
    "intermediate_consignee",
    "purchaser",
)
"""Whom a party test means that names no roles."""

KINDS = ("export", "reexport", "in_country_transfer", "deemed_export")
END_USES = (
    "civil",
    "consumer",
    "datacenter",
    "research",
    "military",
    "military_intelligence",
    "nuclear",
    "missile",
    "chemical_biological",
    "supercomputer",
    "advanced_node_fab",
    "advanced_node_design",
    "chip_fab_node_unknown",
    "semiconductor_equipment",
    "ai_training",
    "evaluation",
    "repair",
    "other",
)
PARTY_KINDS = (
    "company",
    "individual",
    "government",
    "military_end_user",
    "military_intelligence",
    "freight_forwarder",
    "front_end_fabricator",
    "osat",
    "bank",
    "university",
    "hospital",
    "none_of_these",
)
"""A front-end fabricator and an OSAT (outsourced semiconductor assembly and test) as in Note 1 to
ECCN 3A090.a; an end user as in 15 CFR 744.21(g) and 744.22(f)."""
LISTS = ("EL", "MEU", "SDN", "DPL", "UVL", "MIEU", "CMIC", "ISN", "DTC", "OTHER")
"""Entity List, Military End User, Specially Designated Nationals, Denied Persons, Unverified List,
Military-Intelligence End User, Chinese Military-Industrial Complex, Nonproliferation Sanctions,
AECA Debarred, any other."""
LIST_NAMES: dict[str, tuple[str, ...]] = {
    "EL": ("Entity List", "BIS Entity List"),
    "MEU": ("Military End User List", "Military End Users", "MEU List"),
    "SDN": ("Specially Designated Nationals", "Specially Designated Nationals List", "SDN List",
            "Specially Designated Nationals and Blocked Persons List"),
    "DPL": ("Denied Persons List", "Denied Persons", "Denied Party List"),
    "UVL": ("Unverified List",),
    "MIEU": ("Military-Intelligence End User List", "Military-Intelligence End Users"),
    "CMIC": ("Chinese Military-Industrial Complex", "NS-CMIC", "NS-CMIC List",
             "Non-SDN Chinese Military-Industrial Complex Companies List"),
    "ISN": ("Nonproliferation Sanctions", "ISN Nonproliferation Sanctions"),
    "DTC": ("AECA Debarred", "AECA Debarred List", "ITAR Debarred"),
}  # fmt: skip
"""What the lists are called at length, as the Consolidated Screening List does."""

_T = FieldType
_FIGURES: tuple[Field, ...] = (
    Field(
        "tpp",
        _T.NUMBER,
        "Total processing performance",
        "TOPS x bits",
        "Of the commodity as sold (Technical Notes to ECCN 3A090); dense operations.",
        ("TPP",),
    ),
    Field(
        "die_area_mm2",
        _T.NUMBER,
        "Applicable die area",
        "mm2",
        "All die area of logic dies made on a non-planar process.",
        ("Die Size", "Die Area"),
    ),
    Field(
        "performance_density",
        _T.NUMBER,
        "Performance density",
        "TPP/mm2",
        "TPP divided by applicable die area.",
        ("PD",),
    ),
    Field(
        "memory_bandwidth_gbs",
        _T.NUMBER,
        "Memory bandwidth",
        "GB/s",
        "Total DRAM bandwidth, HBM and GDDR included.",
        ("DRAM Bandwidth",),
    ),
    Field(
        "interconnect_bandwidth_gbs",
        _T.NUMBER,
        "Interconnect bandwidth",
        "GB/s",
        "Aggregate bidirectional rate over all inputs and outputs, PCIe included.",
        ("I/O Bandwidth",),
    ),
    Field(
        "memory_plus_interconnect_gbs",
        _T.NUMBER,
        "Memory plus interconnect bandwidth",
        "GB/s",
        "Sum of the two bandwidths.",
    ),
    Field(
        "memory_bandwidth_density",
        _T.NUMBER,
        "Memory bandwidth density",
        "GB/s/mm2",
        "Memory bandwidth divided by the area of the package or stack (ECCN 3A090.c).",
    ),
    Field("package_area_mm2", _T.NUMBER, "Package or stack area", "mm2"),
)


def _of_chip(f: Field) -> Field:
    return Field(
        f"chip.{f.id}",
        f.type,
        f"{f.title} of one integrated circuit",
        f.unit,
        f"{f.description} Of one integrated circuit of the commodity.".strip(),
    )


_SHIPMENT: tuple[Field, ...] = (
    Field(
        "shipment_id",
        _T.TEXT,
        "Shipment",
        synonyms=(
            "Shipment ID",
            "Shipment No",
            "Order No",
            "Order Number",
            "SO Number",
            "SO No",
            "ID",
            "Auftragsnummer",
            "Auftrags-Nr.",
            "Lieferscheinnummer",
            "Numéro de commande",
            "Número de pedido",
            "VBELN",
        ),
    ),
    Field(
        "line",
        _T.TEXT,
        "Line",
        synonyms=(
            "Line No",
            "Line Number",
            "Line Item",
            "Ln",
            "Item Line",
            "Position",
            "Pos.",
            "Pos.-Nr.",
            "POSNR",
        ),
    ),
    Field(
        "law_date",
        _T.DATE,
        "Law date",
        description="Date of export: the calendar date at the place of export. Never assumed.",
        synonyms=(
            "Export Date",
            "Ship Date",
            "Shipping Date",
            "Shipment Date",
            "Date",
            "Order Date",
            "Date of Export",
            "Lieferdatum",
            "Versanddatum",
            "Ausfuhrdatum",
            "Datum",
            "Date d'expédition",
            "Ship Dt",
            "Fecha de envío",
            "Fecha de exportación",
        ),
    ),
    Field(
        "kind",
        _T.CHOICE,
        "Kind of transaction",
        choices=KINDS,
        description="Derived from where the shipment leaves and goes when it is not given.",
        synonyms=("Transaction Type",),
    ),
    Field(
        "exported_from",
        _T.PLACE,
        "Place of export",
        synonyms=(
            "Ship From",
            "Ship-from Country",
            "Country of Export",
            "Origin Site Country",
            "Versandland",
            "Ausfuhrland",
        ),
    ),
    Field(
        "country_of_origin",
        _T.PLACE,
        "Country of origin",
        synonyms=("COO", "Country of Origin", "Ursprungsland", "Pays d'origine", "País de origen"),
    ),
    Field(
        "destination",
        _T.PLACE,
        "Destination",
        description="Country of ultimate destination.",
        synonyms=(
            "Ship-to Country",
            "Dest. Ctry",
            "Destination Country",
            "Country of Destination",
            "Deliver-to Country",
            "Bestimmungsland",
            "Empfängerland",
            "Empfänger-Land",
            "Zielland",
            "Pays de destination",
            "Ship-to Ctry",
            "Destination Ctry",
            "País de destino",
        ),
    ),
    Field(
        "destination_region",
        _T.CHOICE,
        "Region of the destination",
        choices=("crimea", "dnr", "lnr", "other"),
        description="Occupied regions of Ukraine (15 CFR 746.6); `other` for anywhere else.",
    ),
    Field("transit", _T.PLACE, "Places of transit", many=True, plural=True, synonyms=("Via",)),
    Field(
        "parties_complete",
        _T.FLAG,
        "All parties are given",
        description="`true` says that no party takes part but those given.",
    ),
    Field(
        "product",
        _T.PRODUCT,
        "Product",
        description="A product of the catalogue, by id or by an alias as on order lines.",
        synonyms=(
            "Item",
            "Item Number",
            "Item No",
            "Item Code",
            "Part Number",
            "Part No",
            "Material",
            "Material Number",
            "Material No",
            "Article Number",
            "Product Code",
            "SKU",
            "Model",
            "Artikel",
            "Artikelnummer",
            "Artikel-Nr.",
            "Materialnummer",
            "Material-Nr.",
            "Teilenummer",
            "Référence article",
            "MATNR",
            "Ordered Item",
        ),
    ),
    Field(
        "description",
        _T.TEXT,
        "Description of goods",
        synonyms=(
            "Item Description",
            "Description",
            "Goods Description",
            "Commodity",
            "Artikelbezeichnung",
            "Warenbezeichnung",
            "Bezeichnung",
            "Désignation",
            "Item Desc",
            "Descripción",
            "ARKTX",
        ),
    ),
    Field("manufacturer", _T.PARTY, "Manufacturer", synonyms=("Mfr", "Maker", "Hersteller")),
    Field(
        "eccn",
        _T.CODE,
        "ECCN",
        description="Export Control Classification Number or EAR99 (15 CFR part 774).",
        synonyms=(
            "ECCN No.",
            "ECCN Number",
            "ECCN Code",
            "Export Classification",
            "US-ECCN",
            "ECCN-Nummer",
        ),
    ),
    Field(
        "hs_code",
        _T.HS_CODE,
        "HS code",
        synonyms=(
            "HTS",
            "Tariff Code",
            "HS",
            "Schedule B",
            "Zolltarifnummer",
            "Warennummer",
            "HTS Code",
            "HTS Number",
            "HS Number",
            "Code SH",
            "Partida arancelaria",
            "STAWN",
        ),
    ),
    Field(
        "quantity",
        _T.NUMBER,
        "Quantity",
        "units",
        synonyms=(
            "Qty",
            "Units",
            "Order Quantity",
            "Menge",
            "Stückzahl",
            "Liefermenge",
            "Quantité",
            "Ordered Quantity",
            "Order Qty",
            "Cantidad",
            "KWMENG",
            "LFIMG",
        ),
    ),
    Field(
        "unit_value",
        _T.MONEY,
        "Unit value",
        synonyms=(
            "Unit Price",
            "Price",
            "Stückpreis",
            "Einzelpreis",
            "Prix unitaire",
            "Unit Selling Price",
            "Precio unitario",
        ),
    ),
    Field(
        "line_value",
        _T.MONEY,
        "Line value",
        synonyms=(
            "Value",
            "Line Total",
            "Amount",
            "Warenwert",
            "Positionswert",
            "Nettowert",
            "Betrag",
            "Montant",
            "Ext Price",
            "Extended Price",
            "Importe",
            "NETWR",
        ),
    ),
    Field("order_value", _T.MONEY, "Order value", description="Sum over the lines of a shipment."),
    Field(
        "currency",
        _T.TEXT,
        "Currency",
        description="ISO 4217 code.",
        synonyms=(
            "Curr",
            "Währung",
            "Devise",
            "Currency Code",
            "Moneda",
            "WAERK",
            "WAERS",
        ),
    ),
    Field(
        "end_use",
        _T.CHOICE,
        "End use",
        choices=END_USES,
        many=True,
        description="What the item is for; a given list is complete.",
        synonyms=("End Use Code",),
        in_words="end_use_text",
    ),
    Field(
        "end_use_text",
        _T.TEXT,
        "End use in words",
        synonyms=(
            "End Use",
            "End-Use Statement",
            "Verwendungszweck",
            "Endverwendung",
        ),
    ),
    *_FIGURES,
    *(_of_chip(f) for f in _FIGURES),
    Field("chip_count", _T.NUMBER, "Integrated circuits per unit", "units", plural=True),
    Field("line_tpp", _T.NUMBER, "TPP of the line", "TOPS x bits", "TPP times quantity."),
    Field("order_tpp", _T.NUMBER, "TPP of the order", "TOPS x bits", "Sum over the lines."),
    Field(
        "datacenter_marketed",
        _T.FLAG,
        "Designed or marketed for datacenters",
        description="Note 2 to ECCN 3A090.",
        synonyms=("Datacenter",),
    ),
    Field("process_node_nm", _T.NUMBER, "Process node", "nm"),
    Field("transistor_count", _T.NUMBER, "Transistors", "units", plural=True),
    Field(
        "us_content_percent",
        _T.NUMBER,
        "Controlled US-origin content",
        "percent",
        "Share of fair market value (15 CFR 734.4).",
    ),
    Field(
        "license_exception_claimed",
        _T.TEXT,
        "License exception claimed",
        description="An act of the exporter, not a fact of the world: absent means none claimed.",
        synonyms=("License Exception", "Exception"),
    ),
    Field(
        "line_words",
        _T.TEXT,
        "Words of the line",
        description="The description, and the item where the catalogue does not know it.",
        derived=True,
        plural=True,
    ),
    Field(
        "described_datacenter",
        _T.FLAG,
        "The words name a product made for datacenters",
        derived=True,
    ),
    Field(
        "received_elsewhere",
        _T.FLAG,
        "Received or used in another country than the destination",
        description="By the country of an end user or ultimate consignee; never false, only true.",
        derived=True,
    ),
    Field(
        "look_alike_letters",
        _T.TEXT,
        "Words with look-alike letters",
        description="Words of the item that hold letters of another script taken for Latin ones.",
        derived=True,
        plural=True,
    ),
    Field(
        "described_tpp",
        _T.NUMBER,
        "TPP of the product that the words name",
        "TOPS x bits",
        "Highest of the catalogue products that item and description name besides the product.",
        derived=True,
    ),
    Field("contract_date", _T.DATE, "Date of the contract"),
    Field("en_route_since", _T.DATE, "First day en route"),
    Field(
        "conflicting_facts",
        _T.FLAG,
        "Facts contradict each other",
        description="Given, catalogue and derived values differ beyond the printed precision.",
        derived=True,
    ),
)

_PARTY: tuple[Field, ...] = (
    Field("name", _T.TEXT, "Name", synonyms=("Name",)),
    Field("party", _T.PARTY, "Named party", description="Resolved by exact alias.", derived=True),
    Field("country", _T.PLACE, "Country", synonyms=("Country",)),
    Field("headquarters", _T.PLACE, "Headquarters", synonyms=("HQ", "Headquarters")),
    Field("parent_headquarters", _T.PLACE, "Headquarters of the ultimate parent"),
    Field(
        "any_headquarters",
        _T.PLACE,
        "Headquarters, own or of the ultimate parent",
        description="Holds if either does.",
        derived=True,
    ),
    Field("kinds", _T.CHOICE, "Kind of party", choices=PARTY_KINDS, many=True),
    Field(
        "screened",
        _T.FLAG,
        "Screened against the party lists",
        description="True when its listings are known, be it that there are none.",
        derived=True,
    ),
    Field(
        "look_alike_letters",
        _T.TEXT,
        "Words of the name with look-alike letters",
        description="Letters of another script that are taken for Latin ones.",
        derived=True,
        plural=True,
    ),
    Field(
        "listed_ownership_percent",
        _T.PERCENT_RANGE,
        "Share owned by listed parties",
        "percent",
        "Lowest to highest possible; a link of 50 percent or more passes the owner's status on.",
        derived=True,
    ),
)

_LISTING: tuple[Field, ...] = (
    Field("list", _T.CHOICE, "List", choices=LISTS),
    Field("entry", _T.TEXT, "Entry"),
    Field("basis", _T.CHOICE, "Basis", choices=("named", "owned", "address")),
    Field("policy", _T.TEXT, "License review policy of the entry"),
    Field(
        "policy_finding",
        _T.CHOICE,
        "Finding that the policy's words stand for",
        choices=tuple(FOUND_BY_RULES),
        description="By the rulebook's table; words that it lacks are a presumption of denial.",
        derived=True,
    ),
    Field("footnotes", _T.TEXT, "Footnotes", many=True, plural=True),
    Field(
        "covers_item",
        _T.FLAG,
        "The entry's license requirement covers the item",
        description="From the entry's own scope: all items, a code group, or as the entry says.",
        derived=True,
    ),
)


def _scoped(fields: Iterable[Field], scope: Scope) -> tuple[Field, ...]:
    return tuple(replace(f, scope=scope) for f in fields)


@dataclass(frozen=True)
class Vocabulary:
    """All fields that a rulebook and its layers may speak of, by scope, in order."""

    fields: tuple[Field, ...]
    _by_scope: Mapping[Scope, Mapping[str, Field]] = field(init=False, repr=False)
    _positions: Mapping[tuple[Scope, str], int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[Scope, dict[str, Field]] = {scope: {} for scope in Scope}
        for f in self.fields:
            index[f.scope][f.id] = f
        object.__setattr__(self, "_by_scope", MappingProxyType(index))
        positions = {(f.scope, f.id): n for n, f in enumerate(self.fields)}
        object.__setattr__(self, "_positions", MappingProxyType(positions))

    def of(self, scope: Scope) -> Mapping[str, Field]:
        """The fields of one scope by id, in vocabulary order."""
        return self._by_scope[scope]

    def extended(self, extra: Iterable[Field]) -> Vocabulary:
        """This vocabulary with the fields of a layer added at the end."""
        return Vocabulary((*self.fields, *extra))

    def position(self, scope: Scope, id: str) -> int:
        """Where a field stands in vocabulary order; unknown ones come last."""
        return self._positions.get((scope, id), len(self.fields))


BASE = Vocabulary((*_SHIPMENT, *_scoped(_PARTY, Scope.PARTY), *_scoped(_LISTING, Scope.LISTING)))
"""The vocabulary of the engine, before any layer adds to it."""

LAYER_PREFIXES = ("attributes.", "certifications.")
"""Where a layer's own fields live."""
