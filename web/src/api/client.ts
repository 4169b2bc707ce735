import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type Hotspot = Schemas['Hotspot'];
export type Claim = Schemas['Claim'];
export type Person = Schemas['Person'];
export type Rules = Schemas['RulesAnswer'];
export type Words = Schemas['Words'];
export type About = Schemas['About'];
export type Regime = Schemas['Regime'];
export type State = Schemas['State'];
export type Amount = Schemas['Amount'];
export type Litter = Schemas['Litter'];
export type Hazard = Schemas['Hazard'];
export type Role = Schemas['Role'];
export type HistoryLine = Schemas['HistoryLine'];
export type Zone = Schemas['Zone'];
export type Numbers = Schemas['Numbers'];

export const api = createClient<paths>({ baseUrl: '/' });

/** A refusal: its code has a sentence in every language. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly field: string | null,
    readonly facts: Record<string, unknown>,
  ) {
    super(code);
  }

  /** One that was stored without its class. */
  static of(told: { code: string; field: string | null; facts: Record<string, unknown> }): Refused {
    return new Refused(told.code, told.field, told.facts);
  }
}

/** The data of an answer, or a [Refused]; no answer at all is refused as `offline`. */
export async function ask<T>(answer: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await answer.catch(() => ({ data: undefined, error: { code: 'offline' } }));
  if (error !== undefined) throw refusal(error);
  return data as T;
}

/** What a problem document says. */
export function refusal(problem: unknown): Refused {
  const facts = (typeof problem === 'object' && problem !== null ? problem : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof facts[name] === 'string' ? (facts[name] as string) : null);
  return new Refused(text('code') ?? 'internal', text('field'), facts);
}
