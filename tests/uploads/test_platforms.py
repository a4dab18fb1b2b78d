"""Platform tags that wheels may carry."""

import pytest

from app.uploads.platforms import is_platform_allowed

ALLOWED = [
    "any",
    "win32",
    "win_amd64",
    "win_arm64",
    "win_ia64",
    "manylinux1_x86_64",
    "manylinux2010_i686",
    "manylinux2014_aarch64",
    "manylinux2014_ppc64",
    "manylinux_3_0_s390x",
    "manylinux_2_39_riscv64",
    "manylinux_2_5_i686",
    "musllinux_1_2_armv7l",
    "linux_armv6l",
    "linux_armv7l",
    "macosx_10_6_intel",
    "macosx_10_9_x86_64",
    "macosx_10_15_universal2",
    "macosx_11_0_arm64",
    "macosx_15_0_universal2",
    "macosx_26_0_arm64",
    "macosx_27_0_arm64",
    "ios_13_0_arm64_iphoneos",
    "ios_15_4_x86_64_iphonesimulator",
    "android_21_arm64_v8a",
    "android_33_x86",
    "pyemscripten_2026_0_wasm32",
]

REFUSED = [
    "linux",
    "linux_sparc",
    "macosx_9_2_x86_64",
    "macosx_11_2_arm64",
    "macosx_16_0_arm64",
    "macosx_10_15_amd64",
    "win_mips",
    "manylinux1_aarch64",
    "manylinux2015_x86_64",
    "musllinux_1_2_ppc64",
    "ios_13_0_arm64",
    "android_21_mips",
    "beos",
    "any2",
    "ANY",
    "manylinux_2_17_x86_64_v2",
]


@pytest.mark.parametrize("tag", ALLOWED)
def test_known_platform_is_allowed(tag):
    assert is_platform_allowed(tag, linux=False)


@pytest.mark.parametrize("tag", [*REFUSED, "", "any\n"])
def test_unknown_platform_is_refused(tag):
    assert not is_platform_allowed(tag, linux=True)


@pytest.mark.parametrize("tag", ["linux_x86_64", "linux_aarch64", "linux_ppc64"])
def test_plain_linux_depends_on_the_house(tag):
    assert is_platform_allowed(tag, linux=True)
    assert not is_platform_allowed(tag, linux=False)
