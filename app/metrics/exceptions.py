"""What the door to the figures refuses."""

from app.core.exceptions import Forbidden, Unauthenticated


class TokenWanted(Unauthenticated):
    """Whoever asks has to show METRICS_TOKEN."""

    code = "metrics-token"
    message = "Figures are for those who show the token of METRICS_TOKEN."


class NotFromHere(Forbidden):
    """Without a token only the machine itself may ask."""

    code = "metrics-elsewhere"
    message = "Figures are for this machine only, unless METRICS_TOKEN is set."
