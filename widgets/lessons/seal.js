// Opens the seals of sealing.py, so that a saved page grades without a kernel. Needs a page that browsers trust (a file, https).

const ROUNDS = 10_000;

/** Whether `value` (a string, a number, an array of whole numbers) is what the seal was made from. */
export async function opens(seal, value, loose = false) {
  for (const part of seal.split(" ")) if (await fits(part.split(":"), value, loose)) return true;
  return false;
}

/** Can seals be opened in this page? */
export const canOpen = () => Boolean(globalThis.crypto?.subtle);

async function fits([, salt, digest, ...rest], value, loose) {
  if (rest.length === 2) {
    const [start, width] = rest.map(Number);
    return typeof value === "number" && (await hashed(salt, String(Math.floor((value - start) / width)))) === digest;
  }
  const text = exact(value);
  return loose ? (await hashed(salt, typed(text))) === rest[0] : (await hashed(salt, text)) === digest;
}

const exact = (value) => (Array.isArray(value) ? `[${value.join(",")}]` : String(value));
const typed = (text) => text.toLowerCase().trim().split(/\s+/u).join(" ");

async function hashed(salt, text) {
  const bytes = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", bytes.encode(text), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes.encode(salt), iterations: ROUNDS }, key, 72);
  return Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
