"""What each refusal means and what to do about it, by its code."""

from dataclasses import dataclass
from typing import Any

from app.core.i18n import _l


@dataclass(frozen=True)
class Help:
    """A refusal in words: what it is called, what it means, what helps."""

    title: Any
    meaning: Any
    advice: Any


INSTALLING = {
    "too-young": Help(
        _l("Not old enough"),
        _l(
            "What comes from an upstream is held back for some days after its upload: most bad "
            "releases are found in that time. Until then it is not on the index page, and "
            "installers take the version before it."
        ),
        _l(
            "Wait until the moment that the refusal names; nothing else has to be done. If it is "
            "urgent, ask an administrator of the index to exempt this version."
        ),
    ),
    "no-upload-time": Help(
        _l("Nobody knows how old it is"),
        _l(
            "Files of upstreams are held back until they are some days old. The upstream does not "
            "tell when it got this one, and a guess would be no protection."
        ),
        _l("Ask an administrator of the index to exempt the project, or this version."),
    ),
    "blocked": Help(
        _l("Blocked by a rule"),
        _l(
            "An administrator decided that this index does not serve the project, or not this "
            "version. The reason, if one was given, stands in the refusal."
        ),
        _l(
            "Take another version, or another project. If you think that the rule is wrong, ask "
            "an administrator of the index."
        ),
    ),
    "not-allowed-here": Help(
        _l("Not on the list"),
        _l(
            "This index serves nothing of upstreams but what its administrators have allowed, and "
            "this is not among it."
        ),
        _l("Ask an administrator of the index to allow the project, or this version."),
    ),
    "file-changed": Help(
        _l("Not the file that it was"),
        _l(
            "The upstream gives other bytes under this name than it did before. A file never "
            "changes in an honest index, so somebody may have put another one in its place."
        ),
        _l(
            "Compare both files before anybody installs the new one. An administrator of the index "
            "can let it in by exempting this version."
        ),
    ),
    "file-quarantined": Help(
        _l("In quarantine"),
        _l("An administrator is looking at the file or at its project; until then nobody gets it."),
        _l("Take another version, or ask an administrator."),
    ),
}

PUBLISHING = {
    "name-upstream": Help(
        _l("The name is somebody else's"),
        _l(
            "An upstream of this index has a project of this name. If yours took its place, "
            "installers would get one for the other."
        ),
        _l(
            "Choose another name. If the name is yours all the same, ask an administrator of the "
            "index to claim it."
        ),
    ),
    "name-elsewhere": Help(
        _l("The name belongs to another index"),
        _l("An index that this one looks into has a project of this name, and it is not yours."),
        _l("Ask the project's owners for a role in it, or choose another name."),
    ),
    "name-refused": Help(
        _l("A name that nobody can have"),
        _l(
            "The name is a module of Python itself, looks like another project's, or is what slips "
            "into a command by mistake."
        ),
        _l("Choose another name."),
    ),
    "name-prohibited": Help(
        _l("A name that nobody may begin"),
        _l("An administrator of this site has prohibited new projects of this name."),
        _l("Choose another name. If you think that it should be free, ask an administrator."),
    ),
    "file-too-large": Help(
        _l("The file is too large"),
        _l("A file of this project may not have so many bytes. The refusal names the limit."),
        _l(
            "Look for what does not belong into the file, or split it. If it must be so large, "
            "ask an administrator for a higher limit."
        ),
    ),
    "project-too-large": Help(
        _l("The project is full"),
        _l("All of its files together would be larger than a project may be here."),
        _l("Delete releases that nobody needs, or ask an administrator for a higher limit."),
    ),
    "not-allowed": Help(
        _l("You have no right to this"),
        _l("Your account may not publish in this project, or no new names in this index."),
        _l("Ask the project's owners for a role, or an administrator for the right to publish."),
    ),
    "token-scope": Help(
        _l("The token is for something else"),
        _l("It only reads, or it is limited to another index or project."),
        _l("Make a token that fits, on the page of your tokens."),
    ),
    "project-closed": Help(
        _l("The project takes no releases"),
        _l("It is archived or in quarantine."),
        _l("Its owners can open an archived project again; quarantine ends by an administrator."),
    ),
    "file-exists": Help(
        _l("The file is here already"),
        _l("A file of this name was published with other bytes, and a file never changes."),
        _l("Raise the version and build again."),
    ),
    "filename-used": Help(
        _l("The file name was used before"),
        _l("A file of this name was published and deleted. Names are never used again."),
        _l("Raise the version and build again."),
    ),
    "sdist-exists": Help(
        _l("A second source distribution"),
        _l("A release has one source distribution, and this one has its own already."),
        _l("Raise the version and build again."),
    ),
    "digest-mismatch": Help(
        _l("It arrived damaged"),
        _l("The bytes that arrived are not those that your tool announced."),
        _l("Upload it again."),
    ),
    "invalid-form": Help(
        _l("The form is not right"),
        _l("Your tool sent a field that is missing, repeated or malformed."),
        _l("Use a newer version of your tool. The refusal names the field."),
    ),
    "invalid-filename": Help(
        _l("Not a name for a distribution"),
        _l("The name of the file does not fit its project and version, or its kind is not taken."),
        _l("Do not rename what was built. Wheels and .tar.gz source distributions are taken."),
    ),
    "invalid-archive": Help(
        _l("Not a good archive"),
        _l("The file is cut short, packed in an unusual way, or not what its name says."),
        _l("Build it again with a newer build tool. The refusal says what was found."),
    ),
    "invalid-metadata": Help(
        _l("The metadata are not right"),
        _l("A field of the core metadata breaks a rule. The refusal names it."),
        _l("Correct pyproject.toml and build again."),
    ),
}

SWITCHED_OFF = {
    "read-only": Help(
        _l("Nothing can be changed just now"),
        _l(
            "An administrator made the whole site read-only, often for maintenance. Everything "
            "can be read and installed as before; nothing can be published or changed."
        ),
        _l(
            "Nothing is wrong with what you did. Try it again later; a message on the pages of "
            "the site may say when."
        ),
    ),
    "no-uploads": Help(
        _l("No uploads just now"),
        _l(
            "An administrator stopped uploads for the whole site. What was published can be "
            "installed as before."
        ),
        _l("Keep what you have built and upload it later. If it is urgent, ask an administrator."),
    ),
    "no-new-projects": Help(
        _l("No new projects just now"),
        _l(
            "An administrator stopped new names for the whole site. Projects that are here get "
            "releases as before."
        ),
        _l("Publish the new project later. If it is urgent, ask an administrator."),
    ),
    "no-registration": Help(
        _l("No new accounts just now"),
        _l(
            "An administrator stopped registration for the whole site. Who has an account can log "
            "in as before, and nobody needs one to read public pages or to install from them."
        ),
        _l("Register later. If it is urgent, ask an administrator."),
    ),
}

REFUSALS = {**INSTALLING, **PUBLISHING, **SWITCHED_OFF}
