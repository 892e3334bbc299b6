"""Words from which the generated labels are put together: eleven languages in three scripts, and a romanisation.

The phrases are not good sentences. They have the letters, lengths and skew of real labels, which is what a text
search or a sort works on.
"""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its BCP 47 tag, the code of the EU's authority table, and the parts that labels are made of."""

    tag: str
    authority: str
    places: tuple[str, ...]
    endings: tuple[str, ...]
    bodies: tuple[str, ...]
    works: tuple[str, ...]
    topics: tuple[str, ...]
    of: str

    def place(self, rng: Random) -> str:
        """Return the name of a place."""
        return rng.choice(self.places) + rng.choice(self.endings)

    def phrase(self, rng: Random, topics: int) -> str:
        """Return a phrase about a piece of work on some topics."""
        return f"{rng.choice(self.works)} {self.of} " + ", ".join(rng.sample(self.topics, topics))


def _language(tag: str, authority: str, of: str, *lists: str) -> Language:
    places, endings, bodies, works, topics = (tuple(words.split("|")) for words in lists)
    return Language(tag, authority, places, endings, bodies, works, topics, of)


ENGLISH = _language(
    "en",
    "ENG",
    "for",
    "North|South|New|Green|Stone|River|Oak|Ash|Mill|King|Well|High",
    "ford|ham|ton|bridge|wick|bury|mouth|field|borough|dale",
    "Social Enterprise Network|Regional Council|Chamber of Commerce|Development Agency|University|Foundation|"
    "Cooperative Union|Community Trust|Innovation Hub|Employment Office",
    "Training|Support|A network|Capacity building|A roadmap|Incubation|Mutual learning|A support scheme|Investment|"
    "A policy guide|Peer review|Pilot actions",
    "social innovation|social enterprises|circular economy|work integration|rural services|elderly care|"
    "youth employment|digital skills|food systems|energy communities|affordable housing|culture and heritage|"
    "social procurement|impact measurement|clusters of social economy|short supply chains|migrant inclusion|"
    "sustainable tourism|regional ecosystems|open data",
)
LANGUAGES = (
    _language(
        "el",
        "ELL",
        "για",
        "Καβάλ|Δράμ|Ξάνθ|Ροδόπ|Θάσ|Λάρισ|Βόλ|Κοζάν|Χανι|Σέρρ|Νέα Ηρακλεί|Άνω Κορινθ",
        "α|ος|η|ία|ες|ιά|ούπολη|ό",
        "Περιφέρεια|Δήμος|Επιμελητήριο|Κοινωνικός Συνεταιρισμός|Πανεπιστήμιο|Αναπτυξιακή Εταιρεία|Δίκτυο Φορέων|"
        "Ένωση Συνεταιρισμών",
        "Κατάρτιση|Στήριξη|Δίκτυο|Ανάπτυξη ικανοτήτων|Οδικός χάρτης|Εκκόλαψη|Αμοιβαία μάθηση|Πιλοτικές δράσεις",
        "κοινωνική καινοτομία|κοινωνικές επιχειρήσεις|κυκλική οικονομία|ένταξη στην εργασία|αγροτικές υπηρεσίες|"
        "φροντίδα ηλικιωμένων|απασχόληση των νέων|ψηφιακές δεξιότητες|συστήματα τροφίμων|ενεργειακές κοινότητες|"
        "προσιτή στέγαση|πολιτιστική κληρονομιά|συνεργατικοί σχηματισμοί|βιώσιμος τουρισμός",
    ),
    _language(
        "lv",
        "LAV",
        "par",
        "Rēzek|Cēs|Jelg|Daugav|Ventsp|Sigul|Jēkab|Kuldīg|Alūksn|Gulben|Līvān|Ķekav",
        "ne|is|ava|pils|ciems|muiža|kalns|ozoli",
        "Plānošanas reģions|Novada dome|Sociālo uzņēmumu asociācija|Universitāte|Biedrība|Inovāciju centrs|"
        "Kooperatīvs|Tirdzniecības kamera",
        "Apmācības|Atbalsts|Tīkls|Spēju stiprināšana|Ceļvedis|Inkubācija|Savstarpēja mācīšanās|Izmēģinājumi",
        "sociālo inovāciju|sociālajiem uzņēmumiem|aprites ekonomiku|iekļaušanos darbā|lauku pakalpojumiem|"
        "senioru aprūpi|jauniešu nodarbinātību|digitālajām prasmēm|pārtikas sistēmām|enerģijas kopienām|"
        "pieejamu mājokli|kultūras mantojumu|klasteriem|ilgtspējīgu tūrismu",
    ),
    _language(
        "pl",
        "POL",
        "na rzecz",
        "Gdań|Byd|Słup|Choj|Kośc|Tcz|Mal|Krosn|Żyw|Łęczy|Święt|Ząbk",
        "sk|goszcz|nice|ierzyna|ew|bork|owice|ca|ochłowice",
        "Urząd Marszałkowski|Ośrodek Polityki Społecznej|Spółdzielnia Socjalna|Uniwersytet|Fundacja|"
        "Stowarzyszenie|Izba Gospodarcza|Centrum Integracji Społecznej",
        "Szkolenia|Wsparcie|Sieć|Budowanie zdolności|Mapa drogowa|Inkubacja|Uczenie się|Działania pilotażowe",
        "innowacji społecznych|przedsiębiorstw społecznych|gospodarki o obiegu zamkniętym|integracji zawodowej|"
        "usług na wsi|opieki nad seniorami|zatrudnienia młodzieży|umiejętności cyfrowych|systemów żywnościowych|"
        "społeczności energetycznych|dostępnych mieszkań|dziedzictwa kulturowego|klastrów|zrównoważonej turystyki",
    ),
    _language(
        "fr",
        "FRA",
        "pour",
        "Saint-|Mont|Beau|Ville|Château|Clair|Haute-|Font|Val-|Aigues-",
        "Étienne|pellier|caire|neuve|roux|vaux|rive|ainebleau|de-Loire|Mortes",
        "Région|Chambre régionale de l’économie sociale|Université|Agence de développement|Société coopérative|"
        "Réseau d’entreprises|Fondation|Mission locale",
        "Formation|Appui|Un réseau|Renforcement|Feuille de route|Incubation|Apprentissage mutuel|Actions pilotes",
        "l’innovation sociale|les entreprises sociales|l’économie circulaire|l’insertion|les services ruraux|"
        "l’aide aux aînés|l’emploi des jeunes|les compétences numériques|les systèmes alimentaires|"
        "les communautés d’énergie|le logement abordable|le patrimoine culturel|les grappes|le tourisme durable",
    ),
    _language(
        "it",
        "ITA",
        "per",
        "Monte|Castel|San |Santa |Borgo|Villa|Torre|Campo|Rocca|Colle",
        "bello|franco|Donato|Maria|nuovo|verde|alta|basso|secca|ferrato",
        "Regione|Consorzio di cooperative|Camera di commercio|Università|Agenzia di sviluppo|Fondazione|"
        "Comune|Rete di imprese sociali",
        "Formazione|Sostegno|Una rete|Rafforzamento|Tabella di marcia|Incubazione|Apprendimento|Azioni pilota",
        "l’innovazione sociale|le imprese sociali|l’economia circolare|l’inserimento lavorativo|i servizi rurali|"
        "la cura degli anziani|l’occupazione giovanile|le competenze digitali|i sistemi alimentari|"
        "le comunità energetiche|la casa accessibile|il patrimonio culturale|i cluster|il turismo sostenibile",
    ),
    _language(
        "es",
        "SPA",
        "para",
        "Villa|Puerto|San |Aldea|Fuente|Peña|Río|Valle|Castro|Torre",
        "nueva|real|Martín|hermosa|clara|blanca|seco|mayor|verde|lozano",
        "Diputación|Federación de cooperativas|Cámara de comercio|Universidad|Agencia de desarrollo|Fundación|"
        "Ayuntamiento|Red de empresas sociales",
        "Formación|Apoyo|Una red|Refuerzo|Hoja de ruta|Incubación|Aprendizaje mutuo|Acciones piloto",
        "la innovación social|las empresas sociales|la economía circular|la inserción laboral|"
        "los servicios rurales|el cuidado de mayores|el empleo juvenil|las competencias digitales|"
        "los sistemas alimentarios|las comunidades energéticas|la vivienda asequible|el patrimonio cultural|"
        "los clústeres|el turismo sostenible",
    ),
    _language(
        "ca",
        "CAT",
        "per a",
        "Sant |Vila|Mont|Puig|Riu|Font|Castell|Pla|Coll|Torre",
        "nova|Joan|blanc|cerdà|doms|alba|ter|deltorn|bató|dembarra",
        "Diputació|Federació de cooperatives|Cambra de comerç|Universitat|Agència de desenvolupament|Fundació|"
        "Ajuntament|Xarxa d’empreses socials",
        "Formació|Suport|Una xarxa|Enfortiment|Full de ruta|Incubació|Aprenentatge mutu|Accions pilot",
        "la innovació social|les empreses socials|l’economia circular|la inserció laboral|els serveis rurals|"
        "l’atenció a la gent gran|l’ocupació juvenil|les competències digitals|els sistemes alimentaris|"
        "les comunitats energètiques|l’habitatge assequible|el patrimoni cultural|els clústers|"
        "el turisme sostenible",
    ),
    _language(
        "nb",
        "NOB",
        "for",
        "Kristian|Aren|Grim|Lille|Flekke|Mandal|Farsun|Øst|Nord|Sør",
        "sand|dal|stad|hammer|fjord|vik|nes|ås|øy|våg",
        "Fylkeskommune|Samvirkelag|Universitet|Næringshage|Stiftelse|Kommune|Nettverk av sosiale bedrifter|"
        "Arbeidskontor",
        "Opplæring|Støtte|Et nettverk|Styrking|Veikart|Inkubasjon|Gjensidig læring|Pilottiltak",
        "sosial innovasjon|sosiale bedrifter|sirkulær økonomi|arbeidsinkludering|tjenester i distriktene|"
        "eldreomsorg|unges arbeid|digitale ferdigheter|matsystemer|energifellesskap|rimelige boliger|"
        "kulturarv|klynger|bærekraftig turisme",
    ),
    _language(
        "de",
        "DEU",
        "für",
        "Neu|Ober|Unter|Groß|Klein|Bad |Alt|Wald|Stein|Schön",
        "burg|dorf|heim|kirchen|au|brück|hausen|stetten|feld|münde",
        "Landkreis|Genossenschaftsverband|Hochschule|Handwerkskammer|Entwicklungsgesellschaft|Stiftung|Gemeinde|"
        "Netzwerk der Sozialunternehmen",
        "Schulung|Förderung|Ein Netzwerk|Stärkung|Fahrplan|Gründung|Gegenseitiges Lernen|Pilotvorhaben",
        "soziale Innovation|Sozialunternehmen|Kreislaufwirtschaft|Arbeitseingliederung|ländliche Dienste|"
        "Altenpflege|Jugendbeschäftigung|digitale Fähigkeiten|Ernährungssysteme|Energiegemeinschaften|"
        "bezahlbares Wohnen|Kulturerbe|Cluster|nachhaltigen Tourismus",
    ),
    _language(
        "bg",
        "BUL",
        "за",
        "Горн|Долн|Нов|Стар|Бел|Черн|Злат|Слив|Хаск|Добр",
        "а Оряховица|о село|и дол|оград|ово|ен|ица|ич",
        "Областна управа|Социална кооперация|Университет|Търговска палата|Агенция за развитие|Фондация|Община|"
        "Мрежа от социални предприятия",
        "Обучение|Подкрепа|Мрежа|Изграждане на капацитет|Пътна карта|Инкубация|Взаимно учене|Пилотни действия",
        "социални иновации|социални предприятия|кръгова икономика|трудова интеграция|услуги на село|"
        "грижа за възрастни|младежка заетост|цифрови умения|хранителни системи|енергийни общности|"
        "достъпни жилища|културно наследство|клъстери|устойчив туризъм",
    ),
)
_GREEK = "αβγδεζηικλμνξοπρσςτυφωάέήίόύώϊϋΐΰ"
_LATIN = "avgdeziiklmnxoprsstyfoaeiioyoiyiy"
ROMANISED = str.maketrans(dict(zip(_GREEK, _LATIN, strict=True)) | {"θ": "th", "χ": "ch", "ψ": "ps"})


def romanised(greek: str) -> str:
    """Return Greek text in Latin letters (tag ``el-Latn``; the store writes tags in lower case)."""
    letters = greek.lower().translate(ROMANISED)
    return " ".join(word.capitalize() for word in letters.split())
