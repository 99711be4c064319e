import { SignJWT, exportJWK, exportPKCS8, generateKeyPair as generate, importPKCS8 } from 'jose';
import { AUDIENCE, ISSUER } from './identity.ts';

const ALGORITHM = 'EdDSA';

/** A new signing key: the private half for whoever mints, the public half for the server's key set. */
export interface SigningKeyPair {
  readonly kid: string;
  /** PKCS #8, PEM. */
  readonly privateKeyPem: string;
  /** With `kid`, `alg` and `closegate_subjects`. */
  readonly publicJwk: Readonly<Record<string, unknown>>;
}

/**
 * Makes an Ed25519 key.
 * @param subjects whom it may sign for: actor ids, or prefixes that end in a colon (`human:`)
 */
export async function generateKeyPair(kid: string, subjects: readonly string[]): Promise<SigningKeyPair> {
  const { privateKey, publicKey } = await generate(ALGORITHM, { crv: 'Ed25519', extractable: true });
  return {
    kid,
    privateKeyPem: await exportPKCS8(privateKey),
    publicJwk: {
      ...(await exportJWK(publicKey)),
      kid,
      alg: ALGORITHM,
      use: 'sig',
      closegate_subjects: [...subjects],
    },
  };
}

/** Signs a token for an actor and a session; `rec` narrows it to one reconciliation, `act` names the agent behind it. */
export async function mintToken(token: {
  privateKeyPem: string;
  kid: string;
  sub: string;
  sid: string;
  rec?: string;
  act?: string;
  ttlSeconds: number;
  issuer?: string;
}): Promise<string> {
  const key = await importPKCS8(token.privateKeyPem, ALGORITHM);
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sid: token.sid,
    ...(token.rec === undefined ? {} : { rec: token.rec }),
    ...(token.act === undefined ? {} : { act: { sub: token.act } }),
  };
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM, kid: token.kid })
    .setIssuer(token.issuer ?? ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(token.sub)
    .setIssuedAt(now)
    .setExpirationTime(now + token.ttlSeconds)
    .sign(key);
}
