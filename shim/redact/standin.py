"""Stand-ins for private keys: a service account's key is used to sign, so what stands for it must be a key as well.

Law: the same seed gives the same key, on every machine and run; it opens nothing.
"""

import hashlib
from collections.abc import Iterator

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

BITS = 512  # of each prime: the least that libraries load, and made in no time
EXPONENT = 65537
SMALL_PRIMES = [n for n in range(3, 2000) if all(n % d for d in range(2, int(n**0.5) + 1))]
BEGINNING = "PRIVATE KEY-----"


def private_key(seed: bytes) -> str:
    """An RSA key in PEM (PKCS 8) that is made of this seed."""
    first, second = _primes(seed)
    phi = (first - 1) * (second - 1)
    secret = pow(EXPONENT, -1, phi)
    numbers = rsa.RSAPrivateNumbers(
        p=first,
        q=second,
        d=secret,
        dmp1=rsa.rsa_crt_dmp1(secret, first),
        dmq1=rsa.rsa_crt_dmq1(secret, second),
        iqmp=rsa.rsa_crt_iqmp(first, second),
        public_numbers=rsa.RSAPublicNumbers(EXPONENT, first * second),
    )
    form = serialization.PrivateFormat.PKCS8
    return numbers.private_key().private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _primes(seed: bytes) -> tuple[int, int]:
    found: list[int] = []
    for number in _numbers(seed):
        if number not in found and number % EXPONENT != 1 and _is_prime(number):
            found.append(number)
            if len(found) == 2:
                break
    return max(found), min(found)


def _numbers(seed: bytes) -> Iterator[int]:
    """Odd numbers of the wanted length, their two highest bits set so that a product has twice that."""
    count = 0
    while True:
        drawn = hashlib.shake_256(seed + count.to_bytes(8)).digest(BITS // 8)
        yield int.from_bytes(drawn) | 3 << (BITS - 2) | 1
        count += 1


def _is_prime(number: int) -> bool:
    """Miller and Rabin's test with the first primes as bases: for numbers nobody chose, as good as certain."""
    if any(number % small == 0 for small in SMALL_PRIMES):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in SMALL_PRIMES[:20]:
        left = pow(base, odd, number)
        if left in {1, number - 1}:
            continue
        for _ in range(twos - 1):
            left = left * left % number
            if left == number - 1:
                break
        else:
            return False
    return True
