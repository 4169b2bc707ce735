import { SvelteMap } from 'svelte/reactivity';
import { api, ask, type Schemas } from '../api/client';
import { forget, recall, remember } from './db';

export type Vehicle = Schemas['Vehicle'];
export type Plan = Schemas['Plan'];
export type PlanShown = Schemas['PlanShown'];
export type Route = Schemas['PickupRoute'];
export type Stop = Schemas['RouteStop'];

/** The fleet, the plans and the routes of one's organisation, as far as they were looked at. */
class Haul {
  vehicles = new SvelteMap<string, Vehicle>();
  plans = new SvelteMap<string, PlanShown>();
  routes = new SvelteMap<string, Route>();

  /** A vehicle, unless a newer one is known. */
  keepVehicle(v: Vehicle) {
    const there = this.vehicles.get(v.id);
    if (!there || there.version <= v.version) this.vehicles.set(v.id, v);
  }

  /** Reads the fleet. */
  async loadVehicles(): Promise<Vehicle[]> {
    const all = await ask(api.GET('/api/v1/vehicles'));
    for (const v of all) this.keepVehicle(v);
    void remember('vehicles', all);
    return all;
  }

  /** The fleet as it was seen last. */
  async recallVehicles() {
    const last = await recall<Vehicle[]>('vehicles');
    for (const v of last?.value ?? []) this.keepVehicle(v);
  }

  /** A plan with its routes or without them, unless a newer one is known. */
  keepPlan(answer: PlanShown | Plan) {
    const plan = 'plan' in answer ? answer.plan : answer;
    if ((this.plans.get(plan.id)?.plan.version ?? 0) > plan.version) return;
    if ('plan' in answer) this.plans.set(answer.plan.id, answer);
    else this.plans.set(answer.id, { routes: [], progress: null, ...this.plans.get(answer.id), plan: answer });
  }

  /** Keeps a route, also for when there is no signal, unless a newer one is known. */
  keepRoute(r: Route) {
    const there = this.routes.get(r.id);
    if (there && there.version > r.version) return;
    this.routes.set(r.id, r);
    void remember(`route ${r.id}`, r);
  }

  forgetRoute(id: string) {
    this.routes.delete(id);
    void forget(`route ${id}`);
  }

  /** A route as it was seen last. */
  async recallRoute(id: string): Promise<boolean> {
    const last = await recall<Route>(`route ${id}`);
    if (last && !this.routes.has(id)) this.routes.set(id, last.value);
    return this.routes.has(id);
  }
}

export const haul = new Haul();
