"""Write the words of the drop-downs, in nine languages, to the end of the mapping ``members-list``.

Run ``python -m koinon.build.templates`` after a change of a code list, of the countries or of their names.
"""

from koinon.build.templates.choices import Choices
from koinon.build.templates.words import MAPPING, with_words
from koinon.model.assets import Assets
from koinon.model.settings import Settings

if __name__ == "__main__":
    assets = Assets.locate(Settings.from_environment({}))
    path = assets.data / MAPPING
    path.write_text(with_words(path.read_text(encoding="utf-8"), Choices(assets)), encoding="utf-8")
