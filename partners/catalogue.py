"""The catalogue of municipal functions and the default evidence on them.

Codes and COFOG groups: classification of functions of government (UN/OECD, COFOG 1999); the assignment of a
municipal function to a group is the portal's own where COFOG has no clean home. Evidence: the portal's
assumptions, built on the direction of the studies named with each; a curator edits them.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext_noop as _


class FunctionFact(NamedTuple):
    """One function: code, English name, COFOG group, typical modes, key of its evidence."""

    code: str
    name: str
    cofog: str
    modes: tuple[str, ...]
    evidence: str


class EvidenceFact(NamedTuple):
    """Efficient scale in inhabitants (None: no threshold), and effect on running cost as shares."""

    key: str
    scale: int | None
    low: str
    central: str
    high: str
    confidence: str
    source: str


#: Evidence whose curve of cost by size was itself measured.
MEASURED_CURVES = frozenset({"tax"})

FUNCTIONS = (
    FunctionFact(
        "ADM-TAX", _("Local tax assessment and collection"), "01.1", ("joint_admin", "buy_sell"), "tax"
    ),
    FunctionFact(
        "ADM-FIN", _("Accounting budgeting payments"), "01.1", ("joint_admin", "buy_sell"), "backoffice"
    ),
    FunctionFact("ADM-AUD", _("Internal audit"), "01.1", ("buy_sell", "joint_admin"), "backoffice"),
    FunctionFact("ADM-HRM", _("Personnel and payroll"), "01.3", ("buy_sell", "joint_admin"), "backoffice"),
    FunctionFact(
        "ADM-ICT", _("IT and digital services"), "01.3", ("joint_admin", "joint_production"), "backoffice"
    ),
    FunctionFact("ADM-PRO", _("Joint procurement"), "01.3", ("joint_admin",), "procurement"),
    FunctionFact("ADM-LEG", _("Legal service"), "01.3", ("buy_sell",), "backoffice"),
    FunctionFact(
        "ADM-CIV", _("Civil registry and citizen service point"), "01.3", ("joint_admin",), "backoffice"
    ),
    FunctionFact("ADM-ELE", _("Elections and voter registration"), "01.6", ("joint_admin",), "none"),
    FunctionFact("SAF-POL", _("Municipal police and order"), "03.1", ("joint_admin", "buy_sell"), "police"),
    FunctionFact("SAF-FIR", _("Fire protection"), "03.2", ("joint_production", "buy_sell"), "fire"),
    FunctionFact("SAF-CIP", _("Civil protection and crisis management"), "03.2", ("joint_planning",), "fire"),
    FunctionFact(
        "ECO-DEV", _("Economic development and business sites"), "04.1", ("joint_planning",), "econdev"
    ),
    FunctionFact("ECO-AGR", _("Agriculture forestry rural paths"), "04.2", ("joint_production",), "none"),
    FunctionFact(
        "ECO-ENE", _("Local energy and heat"), "04.3", ("joint_production", "joint_funding"), "none"
    ),
    FunctionFact("ECO-ROA", _("Roads and winter service"), "04.5", ("buy_sell", "joint_production"), "roads"),
    FunctionFact("ECO-PUT", _("Public transport"), "04.5", ("joint_production", "joint_planning"), "none"),
    FunctionFact("ECO-TEL", _("Broadband"), "04.6", ("joint_funding",), "none"),
    FunctionFact("ECO-TOU", _("Tourism and place marketing"), "04.7", ("joint_planning",), "econdev"),
    FunctionFact(
        "ENV-WCO", _("Waste collection and street cleaning"), "05.1", ("joint_production",), "waste"
    ),
    FunctionFact(
        "ENV-WTR",
        _("Waste treatment landfill recycling"),
        "05.1",
        ("joint_production", "joint_funding"),
        "waste",
    ),
    FunctionFact("ENV-SEW", _("Waste water"), "05.2", ("joint_production",), "wastewater"),
    FunctionFact("ENV-POL", _("Air noise soil protection"), "05.3", ("joint_planning",), "none"),
    FunctionFact("ENV-NAT", _("Nature and landscape protection"), "05.4", ("joint_planning",), "none"),
    FunctionFact("ENV-FLO", _("Flood risk management"), "05.6", ("joint_planning", "joint_funding"), "none"),
    FunctionFact("HOU-PLA", _("Spatial planning"), "06.2", ("joint_planning", "joint_admin"), "planning"),
    FunctionFact("HOU-PER", _("Building permits and control"), "06.2", ("joint_admin",), "planning"),
    FunctionFact("HOU-WAT", _("Water supply"), "06.3", ("joint_production",), "water"),
    FunctionFact("HOU-LIG", _("Street lighting"), "06.4", ("joint_admin",), "procurement"),
    FunctionFact("HOU-DEV", _("Housing"), "06.1", ("joint_funding",), "none"),
    FunctionFact("HOU-CEM", _("Cemeteries"), "08.4", ("joint_production",), "none"),
    FunctionFact(
        "HEA-PRI", _("Primary and out-of-hours care"), "07.2", ("joint_production",), "emergency_care"
    ),
    FunctionFact("HEA-AMB", _("Ambulance"), "07.2", ("joint_production",), "ems"),
    FunctionFact("HEA-PUB", _("Public health and veterinary"), "07.4", ("joint_admin",), "none"),
    FunctionFact(
        "REC-SPO", _("Sport pools parks"), "08.1", ("joint_production", "joint_funding"), "recreation"
    ),
    FunctionFact("REC-LIB", _("Library museum culture"), "08.2", ("joint_production",), "library"),
    FunctionFact("REC-YOU", _("Youth recreation"), "08.1", ("joint_production",), "recreation"),
    FunctionFact("EDU-PRE", _("Kindergarten and primary school"), "09.1", ("joint_production",), "none"),
    FunctionFact("EDU-SEC", _("Secondary school"), "09.2", ("joint_production",), "none"),
    FunctionFact("EDU-TRA", _("School transport and meals"), "09.6", ("joint_admin",), "procurement"),
    FunctionFact("SOC-DIS", _("Disability services"), "10.1", ("joint_admin",), "social"),
    FunctionFact("SOC-OLD", _("Elder services"), "10.2", ("joint_production", "buy_sell"), "elder"),
    FunctionFact(
        "SOC-FAM", _("Child protection and family services"), "10.4", ("joint_admin",), "child_protection"
    ),
    FunctionFact("SOC-HOU", _("Housing allowance and homelessness"), "10.6", ("joint_admin",), "social"),
    FunctionFact("SOC-EXC", _("Social assistance"), "10.7", ("joint_admin",), "social"),
    FunctionFact("ANI-SHE", _("Animal shelter"), "05.4", ("buy_sell", "joint_production"), "none"),
)

EVIDENCE = (
    EvidenceFact(
        "tax", 60_000, "0", "-0.18", "-0.30", "high", "Niaounakis & Blank 2017; Allers & de Greef 2018"
    ),
    EvidenceFact(
        "waste",
        30_000,
        "0.03",
        "-0.07",
        "-0.17",
        "medium",
        "Aldag, Warner & Bel 2020; Gradus et al. 2018; Bel, Fageda & Mur 2014; Dijkgraaf & Gradus 2011",
    ),
    EvidenceFact(
        "roads",
        25_000,
        "0",
        "-0.04",
        "-0.10",
        "medium",
        "Aldag, Warner & Bel 2020; Manestra, Messina & Peta 2018",
    ),
    EvidenceFact(
        "police",
        35_000,
        "0",
        "-0.04",
        "-0.10",
        "medium",
        "Aldag, Warner & Bel 2020; Manestra, Messina & Peta 2018; IMFG 2012",
    ),
    EvidenceFact("library", 25_000, "0", "-0.04", "-0.10", "low", "Aldag, Warner & Bel 2020"),
    EvidenceFact(
        "fire", 20_000, "0.05", "-0.02", "-0.10", "medium", "Blaka 2017; Aldag, Warner & Bel 2020; IMFG 2012"
    ),
    EvidenceFact(
        "wastewater",
        25_000,
        "0.05",
        "0",
        "-0.08",
        "low",
        "Aldag, Warner & Bel 2020; Blaeschke & Haug 2018 (in conflict)",
    ),
    EvidenceFact(
        "water",
        100_000,
        "0.02",
        "-0.02",
        "-0.10",
        "low",
        "Aldag, Warner & Bel 2020; Ferro, Lentini & Mercadier 2011 (in conflict)",
    ),
    EvidenceFact("ems", 25_000, "0.05", "0", "-0.05", "low", "Aldag, Warner & Bel 2020"),
    EvidenceFact("emergency_care", 25_000, "0.05", "0", "-0.05", "low", "Blaka, emergency primary care"),
    EvidenceFact("recreation", 25_000, "0.02", "0", "-0.05", "low", "Aldag, Warner & Bel 2020"),
    EvidenceFact(
        "econdev", None, "0.02", "0", "0", "low", "Aldag, Warner & Bel 2020; Banaszewska et al. 2020"
    ),
    EvidenceFact("planning", 25_000, "0.10", "0.03", "-0.03", "medium", "Aldag, Warner & Bel 2020"),
    EvidenceFact("elder", 25_000, "0.10", "0.03", "-0.03", "medium", "Aldag, Warner & Bel 2020"),
    EvidenceFact(
        "child_protection",
        25_000,
        "0.10",
        "0.03",
        "-0.03",
        "medium",
        "Child protection in Norway 2023, Journal of Economic Policy Reform; Allers & de Greef 2018",
    ),
    EvidenceFact(
        "social",
        25_000,
        "0.10",
        "0.03",
        "-0.03",
        "medium",
        "Child protection in Norway 2023, Journal of Economic Policy Reform; Allers & de Greef 2018",
    ),
    EvidenceFact(
        "backoffice",
        25_000,
        "0.05",
        "0",
        "-0.08",
        "high",
        "Elston & Dixon, shared service centres; Local Government Association 2012",
    ),
    EvidenceFact(
        "procurement", None, "0", "-0.03", "-0.08", "low", "Practitioners' claims; no rigorous number found"
    ),
    EvidenceFact("none", 25_000, "0", "0", "0", "none", "No evidence: enter your own figures"),
)
