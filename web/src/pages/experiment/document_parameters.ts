import { parse } from 'yaml';

// A parameter as the experiment's document has it.
export interface DocumentParameter {
  readonly name: string;
  readonly type: string; // int, double, discrete or categorical
  readonly allowed: string; // for people
  readonly choices: readonly string[]; // of discrete and categorical ones
}

// The server has checked the document; what is not there all the same is left out.
export function documentParameters(documentYaml: string): DocumentParameter[] {
  const list: unknown = (parse(documentYaml) as Document | null)?.spec?.parameters;
  if (!Array.isArray(list)) return [];
  return (list as ParameterSpec[]).map(({ name, parameterType, feasibleSpace }) => {
    const { min, max, step, list: choices = [] } = feasibleSpace ?? {};
    const range = `${min} to ${max}${step === undefined ? '' : `, step ${step}`}`;
    return {
      name: String(name),
      type: String(parameterType),
      allowed: choices.length > 0 ? `one of ${choices.join(', ')}` : `${parameterType}, ${range}`,
      choices: choices.map(String),
    };
  });
}

interface Document {
  spec?: { parameters?: unknown };
}

interface ParameterSpec {
  name?: unknown;
  parameterType?: unknown;
  feasibleSpace?: { min?: unknown; max?: unknown; step?: unknown; list?: unknown[] };
}
