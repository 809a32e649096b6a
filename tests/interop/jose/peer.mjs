// Messages signed and encrypted by npm's jose.
//
//   peer.mjs make DIR     writes keys, and requests for `trust_driver verify`,
//                         `sign` and `encrypt`, into DIR
//   peer.mjs check DIR    verifies and decrypts the driver's answers there
//
// jose is found in $DCI_NODE_MODULES.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import assert from 'node:assert/strict';

const require = createRequire(join(process.env.DCI_NODE_MODULES, 'x.js'));
const jose = await import(pathToFileURL(require.resolve('jose')));

const NOW = 1764000000;
const SENDER = 'https://crvs.example';
const SIGNING = ['EdDSA', 'ES256', 'RS256', 'PS256'];
const WRAPPING = [
  ['RSA-OAEP-256', {}],
  ['RSA-OAEP', {}],
  ['ECDH-ES+A256KW', { crv: 'X25519' }],
  ['ECDH-ES+A256KW', { crv: 'P-256' }],
  ['ECDH-ES+A128KW', { crv: 'P-256' }, 'A128CBC-HS256'],
  ['ECDH-ES', { crv: 'X25519' }, 'A128GCM'],
  ['ECDH-ES', { crv: 'P-256' }, 'A256CBC-HS512'],
  ['RSA-OAEP-256', {}, 'A192GCM'],
];
const REFUSED = 'err.signature.invalid';
const bytes = (text) => new TextEncoder().encode(text);
const quote = (value) => JSON.stringify(value);

async function makeKey(alg, use, options = {}) {
  const pair = await jose.generateKeyPair(alg, {
    extractable: true,
    ...options,
  });
  const publicJwk = await jose.exportJWK(pair.publicKey);
  const kid = await jose.calculateJwkThumbprint(publicJwk);
  return {
    ...pair,
    alg,
    kid,
    publicJwk: { ...publicJwk, kid, use, alg },
    privateJwk: { ...(await jose.exportJWK(pair.privateKey)), kid, use, alg },
  };
}

function parts(changes = {}) {
  return {
    header: {
      version: '1.0.0',
      message_id: 'm-1',
      message_ts: '2025-11-24T16:00:00Z',
      action: 'search',
      sender_id: SENDER,
      total_count: 1,
      ...changes,
    },
    message: {
      transaction_id: 'txn-1',
      search_request: [
        {
          reference_id: 'r-1',
          timestamp: '2025-11-24T16:00:00Z',
          search_criteria: {
            reg_type: 'ns:org:RegistryType:Social',
            query_type: 'idtype-value',
            query: { type: 'UIN', value: 'Åsa 𝄞 </é>' },
          },
        },
      ],
    },
  };
}

// Enough of RFC 8785 for these messages: their keys are ASCII.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return quote(value);
  const members = Object.keys(value).sort();
  return `{${members.map((k) => `${quote(k)}:${canonical(value[k])}`)}}`;
}

const signCompact = (key, payload, header = {}) =>
  new jose.CompactSign(bytes(payload))
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey);

async function signDetached(key, payload) {
  const [header, , signature] = (await signCompact(key, payload)).split('.');
  return `${header}..${signature}`;
}

// RFC 7797: the payload goes into the signature as it is.
async function signUnencoded(key, payload) {
  const jws = await new jose.FlattenedSign(bytes(payload))
    .setProtectedHeader({
      alg: key.alg,
      kid: key.kid,
      b64: false,
      crit: ['b64'],
    })
    .sign(key.privateKey);
  return `${jws.protected}..${jws.signature}`;
}

const participant = (form, key, more = '') =>
  `sender_id: '${SENDER}' verify { form: SIGNATURE_FORM_${form} ${more} } ` +
  `keys { jwk: '${quote(key.publicJwk)}' }`;

const request = (name, settings, content, signature, more = {}) => ({
  name,
  participant: settings,
  now: NOW,
  expect: 'txn-1',
  body: quote({ signature, ...content }),
  ...more,
});

async function signedRequests(key, stranger) {
  const { alg } = key;
  const good = parts();
  const text = quote(good);
  const whole = quote({ signature: '', ...good });
  const other = parts({ message_id: 'm-2' });
  const compact = participant('JWS_COMPACT', key);
  const detached = participant('JWS_DETACHED', key);
  const field = participant('JWS_HTTP_HEADER', key);
  return [
    request(`${alg} compact`, compact, good, await signCompact(key, text)),
    request(`${alg} compact, keys in another order`, compact, good,
      await signCompact(key, canonical(good))),
    request(`${alg} compact of another message`, compact, other,
      await signCompact(key, text), { expect: REFUSED }),
    request(`${alg} compact by a stranger`, compact, good,
      await signCompact({ ...stranger, kid: key.kid }, text),
      { expect: REFUSED }),
    request(`${alg} compact with the stranger's key inside`, compact, good,
      await signCompact(stranger, text, { jwk: stranger.publicJwk }),
      { expect: REFUSED }),
    request(`${alg} compact, old message`, compact,
      parts({ message_ts: '2025-11-24T15:00:00Z' }),
      await signCompact(key,
        quote(parts({ message_ts: '2025-11-24T15:00:00Z' }))),
      { expect: REFUSED }),
    request(`${alg} detached over RFC 8785`, detached, good,
      await signDetached(key, canonical(good))),
    request(`${alg} detached over the bytes`,
      participant('JWS_DETACHED', key,
        'canonicalization: CANONICALIZATION_AS_RECEIVED'),
      good, await signDetached(key, text)),
    request(`${alg} detached, unencoded`, detached, good,
      await signUnencoded(key, canonical(good))),
    request(`${alg} detached of another message`, detached, other,
      await signDetached(key, canonical(good)), { expect: REFUSED }),
    request(`${alg} compact where detached is accepted`, detached, good,
      await signCompact(key, canonical(good)), { expect: REFUSED }),
    request(`${alg} in the HTTP field`, field, good, '',
      { http_signature: await signDetached(key, whole) }),
    request(`${alg} in the HTTP field of another body`, field, other, '',
      { http_signature: await signDetached(key, whole), expect: REFUSED }),
  ];
}

async function hostileRequests(key) {
  const good = parts();
  const settings = participant('JWS_COMPACT', key);
  const encode = (value) => jose.base64url.encode(quote(value));
  const secret = bytes(quote(key.publicJwk));
  const confused = await new jose.CompactSign(bytes(quote(good)))
    .setProtectedHeader({ alg: 'HS256', kid: key.kid })
    .sign(secret);
  const none = `${encode({ alg: 'none', kid: key.kid })}.${encode(good)}`;
  return [
    request('HS256 with the public key', settings, good, confused,
      { expect: REFUSED }),
    request('alg none', settings, good, `${none}.`, { expect: REFUSED }),
    request('alg none with a signature', settings, good, `${none}.AAAA`,
      { expect: REFUSED }),
    request('unsigned', settings, good, '',
      { expect: 'err.signature.missing' }),
  ];
}

async function encryptedRequests(key, name, enc, signer) {
  const { header, message } = parts({ is_msg_encrypted: true });
  const settings = participant('JWS_DETACHED', signer);
  const wrap = { alg: key.alg, enc, kid: key.kid };
  const jwe = () => new jose.FlattenedEncrypt(bytes(quote(message)));
  const shapes = {
    published: jwe().setUnprotectedHeader(wrap),
    protected: jwe().setProtectedHeader(wrap),
    mixed: jwe()
      .setProtectedHeader({ enc: wrap.enc })
      .setUnprotectedHeader({ alg: wrap.alg, kid: wrap.kid }),
    'with aad': jwe()
      .setProtectedHeader(wrap)
      .setAdditionalAuthenticatedData(bytes('context')),
  };
  const requests = [];
  for (const [shape, encrypt] of Object.entries(shapes)) {
    const content = { header, message: await encrypt.encrypt(key.publicKey) };
    const send = async (what, sent, expect) =>
      request(`${name} ${shape}${what}`, settings, sent,
        await signDetached(signer, canonical(sent)),
        { own_jwk: quote(key.privateJwk), expect });
    const broken = structuredClone(content);
    broken.message.tag = 'AAAAAAAAAAAAAAAAAAAAAA';
    requests.push(await send('', content, 'txn-1'));
    requests.push(await send(', altered', broken, 'err.encryption.invalid'));
  }
  return requests;
}

const lines = (values) => values.map((v) => `${quote(v)}\n`).join('');

async function make(dir) {
  const keys = { signing: {}, wrapping: {} };
  const verify = [];
  const sign = [];
  const encrypt = [];
  const body = quote(parts());
  for (const alg of SIGNING) {
    const key = await makeKey(alg, 'sig');
    const stranger = await makeKey(alg, 'sig');
    keys.signing[alg] = key.publicJwk;
    verify.push(...(await signedRequests(key, stranger)));
    verify.push(...(await hostileRequests(key)));
    for (const form of ['JWS_COMPACT', 'JWS_DETACHED', 'JWS_HTTP_HEADER']) {
      const as = form === 'JWS_HTTP_HEADER' ? 'AS_RECEIVED' : 'JCS';
      sign.push({
        name: `${alg} ${form}`,
        own_jwk: quote(key.privateJwk),
        sender_id: SENDER,
        profile:
          `form: SIGNATURE_FORM_${form} ` +
          `canonicalization: CANONICALIZATION_${as}`,
        now: NOW,
        body,
      });
    }
  }
  const signer = await makeKey('EdDSA', 'sig');
  for (const [alg, options, enc = 'A256GCM'] of WRAPPING) {
    const name = [alg, options.crv, enc].filter(Boolean).join(' ');
    const key = await makeKey(alg, 'enc', options);
    keys.wrapping[name] = key.privateJwk;
    verify.push(...(await encryptedRequests(key, name, enc, signer)));
    for (const protect of [false, true]) {
      encrypt.push({
        name: `${name}${protect ? ' protected' : ''}`,
        jwk: quote(key.publicJwk),
        clear: body,
        enc,
        protect,
      });
    }
  }
  writeFileSync(join(dir, 'keys.json'), quote(keys));
  writeFileSync(join(dir, 'verify.in'), lines(verify));
  writeFileSync(join(dir, 'sign.in'), lines(sign));
  writeFileSync(join(dir, 'encrypt.in'), lines(encrypt));
}

const read = (dir, name) =>
  readFileSync(join(dir, name), 'utf8').trim().split('\n').map(JSON.parse);

async function checkSigned(answer, jwks) {
  const [alg, form] = answer.name.split(' ');
  const key = await jose.importJWK(jwks[alg], alg);
  const { signature, ...content } = JSON.parse(answer.body);
  if (form === 'JWS_COMPACT') {
    const { payload } = await jose.compactVerify(signature, key, {
      algorithms: [alg],
    });
    assert.deepEqual(JSON.parse(new TextDecoder().decode(payload)), content);
    return;
  }
  const inField = form === 'JWS_HTTP_HEADER';
  const token = inField ? answer.http_signature : signature;
  const [header, empty, mac] = token.split('.');
  assert.equal(empty, '');
  const payload = inField ? answer.body : canonical(content);
  await jose.flattenedVerify(
    {
      protected: header,
      payload: jose.base64url.encode(payload),
      signature: mac,
    },
    key,
    { algorithms: [alg] },
  );
}

async function checkEncrypted(answer, jwks) {
  const name = answer.name.replace(' protected', '');
  const alg = name.split(' ')[0];
  const key = await jose.importJWK(jwks[name], alg);
  const { plaintext } = await jose.flattenedDecrypt(answer.message, key);
  assert.equal(new TextDecoder().decode(plaintext), quote(parts()));
}

async function check(dir) {
  const keys = JSON.parse(readFileSync(join(dir, 'keys.json'), 'utf8'));
  for (const answer of read(dir, 'sign.out')) {
    await checkSigned(answer, keys.signing);
    console.log('ok', answer.name);
  }
  for (const answer of read(dir, 'encrypt.out')) {
    await checkEncrypted(answer, keys.wrapping);
    console.log('ok', answer.name);
  }
}

const [command, dir] = process.argv.slice(2);
await { make, check }[command](dir);
