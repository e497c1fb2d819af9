//! The animals on four legs, a row each.

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ears {
    Pointed,
    Floppy,
    Round,
    Long,
    /// An elephant's.
    Fan,
    /// A mouse's.
    Dish,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Tail {
    Tuft,
    Bushy,
    Hair,
    Raised,
    Curl,
    Stub,
    Thin,
    None,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Extra {
    Mane(u32),
    Ruff(u32),
    Horns,
    Antlers,
    Horn,
    Trunk,
    Stripes(u32),
    Spots(u32),
    Patches(u32),
    Wool,
    Knobs,
    Snout,
    WhiteTip,
    Wings,
    Udder,
}

/// One animal. The trunk of the body reaches from the rump to the shoulder, and from its back down to the belly.
#[derive(Clone, Copy)]
pub(in super::super) struct Beast {
    pub(in super::super) coat: u32,
    /// Rump, shoulder, back, belly.
    pub(super) trunk: [f32; 4],
    /// Width of the legs, and how dark their feet are.
    pub(super) leg: f32,
    pub(super) foot: u32,
    /// Centre and radius of the head, then length, drop and half height of the muzzle.
    pub(super) head: [f32; 3],
    pub(super) muzzle: [f32; 3],
    pub(super) neck: f32,
    pub(super) ears: Ears,
    pub(super) tail: Tail,
    pub(super) extras: &'static [Extra],
}

const PLAIN: Beast = Beast {
    coat: 0xC58B52,
    trunk: [28.0, 64.0, 50.0, 69.0],
    leg: 8.0,
    foot: 0,
    head: [78.0, 37.0, 11.0],
    muzzle: [17.0, 5.0, 5.0],
    neck: 7.0,
    ears: Ears::Floppy,
    tail: Tail::Raised,
    extras: &[],
};

pub(in super::super) const DOG: Beast = PLAIN;
pub(in super::super) const HORSE: Beast = Beast {
    coat: 0xA86B3C,
    trunk: [24.0, 63.0, 44.0, 63.0],
    leg: 7.0,
    foot: 0x3A2A22,
    head: [80.0, 22.0, 7.5],
    muzzle: [18.0, 13.0, 4.5],
    neck: 8.0,
    ears: Ears::Pointed,
    tail: Tail::Hair,
    extras: &[Extra::Mane(0x4A2C1C)],
};
pub(in super::super) const ZEBRA: Beast = Beast {
    coat: 0xF4F0E8,
    tail: Tail::Tuft,
    extras: &[Extra::Mane(0x35323A), Extra::Stripes(0x35323A)],
    ..HORSE
};
pub(in super::super) const UNICORN: Beast =
    Beast { coat: 0xFBF6F4, foot: 0xC9A0C8, extras: &[Extra::Mane(0xE58FC0), Extra::Horn], ..HORSE };
pub(in super::super) const COW: Beast = Beast {
    coat: 0xF6F1E6,
    trunk: [18.0, 66.0, 42.0, 70.0],
    leg: 8.0,
    foot: 0x4A3A34,
    head: [82.0, 40.0, 9.5],
    muzzle: [14.0, 9.0, 6.5],
    neck: 10.0,
    tail: Tail::Tuft,
    extras: &[Extra::Patches(0x4A3A36), Extra::Horns, Extra::Snout, Extra::Udder],
    ..PLAIN
};
pub(in super::super) const PIG: Beast = Beast {
    coat: 0xF3B0B0,
    trunk: [22.0, 64.0, 46.0, 80.0],
    leg: 8.0,
    foot: 0xC77F86,
    head: [76.0, 55.0, 14.0],
    muzzle: [14.0, 3.0, 6.0],
    neck: 13.0,
    ears: Ears::Pointed,
    tail: Tail::Curl,
    extras: &[Extra::Snout],
};
pub(in super::super) const SHEEP: Beast = Beast {
    coat: 0x5A4E4C,
    trunk: [26.0, 66.0, 46.0, 74.0],
    leg: 6.0,
    head: [80.0, 44.0, 9.0],
    muzzle: [11.0, 7.0, 5.0],
    tail: Tail::None,
    extras: &[Extra::Wool],
    ..PLAIN
};
pub(in super::super) const FOX: Beast = Beast {
    coat: 0xE27B32,
    trunk: [32.0, 62.0, 56.0, 71.0],
    leg: 6.0,
    foot: 0x3C2A26,
    head: [76.0, 46.0, 11.0],
    muzzle: [18.0, 6.0, 2.6],
    neck: 7.0,
    ears: Ears::Pointed,
    tail: Tail::Bushy,
    extras: &[Extra::WhiteTip],
};
pub(in super::super) const WOLF: Beast = Beast {
    coat: 0x8C929E,
    trunk: [26.0, 64.0, 48.0, 67.0],
    leg: 7.0,
    head: [79.0, 36.0, 11.5],
    muzzle: [18.0, 6.0, 4.2],
    neck: 9.0,
    ears: Ears::Pointed,
    tail: Tail::Bushy,
    ..PLAIN
};
pub(in super::super) const BEAR: Beast = Beast {
    coat: 0x8A5A3A,
    trunk: [18.0, 66.0, 38.0, 76.0],
    leg: 13.0,
    foot: 0x5A3826,
    head: [80.0, 40.0, 13.5],
    muzzle: [13.0, 5.0, 5.5],
    neck: 13.0,
    ears: Ears::Round,
    tail: Tail::Stub,
    ..PLAIN
};
pub(in super::super) const LION: Beast = Beast {
    coat: 0xE0AE5E,
    trunk: [24.0, 64.0, 48.0, 69.0],
    leg: 8.5,
    head: [78.0, 40.0, 12.0],
    muzzle: [11.0, 5.0, 5.5],
    neck: 9.0,
    ears: Ears::Round,
    tail: Tail::Tuft,
    extras: &[Extra::Ruff(0x9A5A2A)],
    ..PLAIN
};
pub(in super::super) const TIGER: Beast =
    Beast { coat: 0xEE8E3A, tail: Tail::Thin, extras: &[Extra::Stripes(0x3A2A26)], ..LION };
pub(in super::super) const ELEPHANT: Beast = Beast {
    coat: 0x9CA3AE,
    trunk: [14.0, 62.0, 26.0, 68.0],
    leg: 14.0,
    foot: 0x7A808C,
    head: [74.0, 36.0, 16.0],
    muzzle: [8.0, 8.0, 8.0],
    neck: 15.0,
    ears: Ears::Fan,
    tail: Tail::Tuft,
    extras: &[Extra::Trunk],
};
pub(in super::super) const GIRAFFE: Beast = Beast {
    coat: 0xF0C878,
    trunk: [34.0, 56.0, 53.0, 67.0],
    leg: 5.0,
    foot: 0x6A4A34,
    head: [74.0, 9.0, 5.5],
    muzzle: [12.0, 6.0, 3.4],
    neck: 5.0,
    ears: Ears::Pointed,
    tail: Tail::Tuft,
    extras: &[Extra::Spots(0xA8642E), Extra::Knobs],
};
pub(in super::super) const MOUSE: Beast = Beast {
    coat: 0xA8A4AC,
    trunk: [34.0, 58.0, 56.0, 88.0],
    leg: 5.0,
    foot: 0xE8A8A8,
    head: [72.0, 66.0, 13.0],
    muzzle: [16.0, 6.0, 2.4],
    neck: 11.0,
    ears: Ears::Dish,
    tail: Tail::Thin,
    extras: &[],
};
pub(in super::super) const RABBIT: Beast = Beast {
    coat: 0xD8C4AC,
    trunk: [34.0, 56.0, 56.0, 89.0],
    leg: 8.0,
    head: [70.0, 50.0, 13.0],
    muzzle: [12.0, 5.0, 5.5],
    neck: 11.0,
    ears: Ears::Long,
    tail: Tail::Stub,
    ..PLAIN
};
pub(in super::super) const DEER: Beast = Beast {
    coat: 0xB9783F,
    trunk: [28.0, 61.0, 48.0, 64.0],
    leg: 5.0,
    foot: 0x3A2A22,
    head: [76.0, 28.0, 7.5],
    muzzle: [13.0, 6.0, 3.4],
    neck: 6.0,
    ears: Ears::Pointed,
    tail: Tail::Stub,
    extras: &[Extra::Antlers, Extra::Spots(0xF0DDBE)],
};
pub(in super::super) const DRAGON: Beast = Beast {
    coat: 0x5FA464,
    trunk: [30.0, 60.0, 54.0, 74.0],
    leg: 10.0,
    foot: 0x3F7448,
    head: [78.0, 26.0, 9.0],
    muzzle: [19.0, 6.0, 5.0],
    neck: 8.0,
    ears: Ears::Pointed,
    tail: Tail::Raised,
    extras: &[Extra::Wings, Extra::Horns],
};
