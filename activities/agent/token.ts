import { SignJWT, importPKCS8 } from 'jose';
import type { TokenClaims } from './contract.ts';

const ALGORITHM = 'EdDSA';
// The longest that the tools' server accepts of a program; one call takes seconds.
const LIFETIME_SECONDS = 120;

/** The agent worker's own key and name. */
export interface AgentKey {
  /** Ed25519, PKCS #8, PEM. */
  readonly privateKeyPem: string;
  readonly kid: string;
  /** Whom it signs for, such as `llm:recon-operator`. */
  readonly actorId: string;
  readonly issuer?: string;
}

/** Makes the tokens under which tools are called: one session, one reconciliation, two minutes. */
export function agentTokens(key: AgentKey): (claims: TokenClaims) => Promise<string> {
  const signing = importPKCS8(key.privateKeyPem, ALGORITHM);
  // A bad key is reported by the first call; without this it would end the process before anybody asks.
  signing.catch(() => {});
  return async ({ session, reconciliation }) => {
    const now = Math.floor(Date.now() / 1000);
    return await new SignJWT({ sid: session, rec: reconciliation })
      .setProtectedHeader({ alg: ALGORITHM, kid: key.kid })
      .setIssuer(key.issuer ?? 'closegate')
      .setAudience('closegate-mcp')
      .setSubject(key.actorId)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFETIME_SECONDS)
      .sign(await signing);
  };
}
