"""Use cases of the factors room."""

from app.factors.service.own import (
    begin_own_passkey,
    begin_own_totp,
    confirm_own_totp,
    make_own_recovery_codes,
    register_own_passkey,
    remove_own_passkey,
    remove_own_totp,
    rename_own_passkey,
    require_fresh_proof,
    require_own_session,
)
from app.factors.service.passkeys import (
    amr_of,
    begin_passkey,
    prove_own_passkey,
    prove_passkey,
    register_passkey,
    second_step_options,
    sign_in_options,
)
from app.factors.service.reading import find_factors_of, get_factors, guard_factors_of, has_factor, sweep_factors
from app.factors.service.recovery import use_recovery_code
from app.factors.service.reset import reset_factors
from app.factors.service.totp import begin_totp, confirm_totp, use_totp

__all__ = [
    "amr_of",
    "begin_own_passkey",
    "begin_own_totp",
    "begin_passkey",
    "begin_totp",
    "confirm_own_totp",
    "confirm_totp",
    "find_factors_of",
    "get_factors",
    "guard_factors_of",
    "has_factor",
    "make_own_recovery_codes",
    "prove_own_passkey",
    "prove_passkey",
    "register_own_passkey",
    "register_passkey",
    "remove_own_passkey",
    "remove_own_totp",
    "rename_own_passkey",
    "require_fresh_proof",
    "require_own_session",
    "reset_factors",
    "second_step_options",
    "sign_in_options",
    "sweep_factors",
    "use_recovery_code",
    "use_totp",
]
