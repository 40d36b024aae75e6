"""The version of this package, which is that of the server it was made with."""

VERSION = "0.1.0"

# Of the server's API, see GetServerInfo: the one this package speaks, and the oldest revision of it
# that has all the calls it makes.
API_VERSION = 1
API_REVISION = 1
