import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ActorChange, changeActors, registeredActors } from '../../ledger/actor-registry.ts';
import { callOf, contextOf, tellAnswer, withDoor } from '../context.ts';
import { as, command } from '../options.ts';
import { WrongUse, harmless, print, table } from '../output.ts';
import { type Acting, rationale } from './review.ts';

/** `actors`: who may act. Every change takes two people, neither of them the one whom it concerns. */
export function actorsCommands(program: Command): void {
  const actors = program
    .command('actors')
    .description(
      'the actor register: who may act; two people decide each change, each with the same command',
    );
  actors.addCommand(listCommand());
  actors.addCommand(
    command(
      'add',
      'put a person or a program on the register',
      'actors add --id human:kai.voss --name "Kai Voss" --role preparer --as human:mei.tan',
    )
      .addOption(new Option('--id <actor>', 'such as human:kai.voss').makeOptionMandatory())
      .addOption(new Option('--name <name>', 'as people read it').makeOptionMandatory())
      .addOption(roles())
      .option(
        '--principal <person>',
        'who answers for it; a person answers for themselves unless told otherwise',
      )
      .addOption(as())
      .addOption(rationale())
      .action(async (options: Acting & { id: string; name: string; role?: string[]; principal?: string }) => {
        const { id, name, role = [], principal = null } = options;
        await decideOn(options, { what: 'add', id, name, roles: role, principal });
      }),
  );
  actors.addCommand(
    command(
      'change',
      'give an actor other roles, or make them active again',
      'actors change human:kai.voss --role preparer --role reviewer --as human:mei.tan',
    )
      .argument('<actor>', 'such as human:kai.voss')
      .addOption(roles())
      .option('--no-roles', 'take all roles away')
      .option('--activate', 'make active again; the roles stay')
      .addOption(as())
      .addOption(rationale())
      .action(
        async (id: string, options: Acting & { role?: string[]; roles: boolean; activate?: boolean }) => {
          const { role, roles: keepsRoles, activate = false } = options;
          const told = [role !== undefined, !keepsRoles, activate].filter(Boolean).length;
          if (told !== 1)
            throw new WrongUse('give either --role (once or more), or --no-roles, or --activate');
          await decideOn(
            options,
            activate ? { what: 'activate', id } : { what: 'change', id, roles: role ?? [] },
          );
        },
      ),
  );
  actors.addCommand(
    command(
      'deactivate',
      'take the right to act away; what they did stays',
      'actors deactivate human:kai.voss --as human:mei.tan --rationale "Left the company"',
    )
      .argument('<actor>', 'such as human:kai.voss')
      .addOption(as())
      .addOption(rationale().makeOptionMandatory())
      .action(async (id: string, options: Acting) => await decideOn(options, { what: 'deactivate', id })),
  );
}

function listCommand(): Command {
  return command('list', 'who is on the register', 'actors list --dir my-company').action(
    async (options: { dir?: string; json?: boolean }) => {
      const found = await withDoor(contextOf(options), ({ db }) => registeredActors(db));
      const words = table(
        ['id', 'name', 'roles', 'answers to', 'active'],
        found.map((one) => [
          one.id,
          harmless(one.name),
          one.roles.join(', '),
          one.principal,
          one.active ? 'yes' : 'NO',
        ]),
      );
      print(options, found, words);
    },
  );
}

async function decideOn(options: Acting, change: ActorChange): Promise<void> {
  const answer = await withDoor(contextOf(options), (door) =>
    changeActors(door, callOf(options.as), change, options.rationale ?? null),
  );
  tellAnswer(options, answer, `${change.what} ${harmless(change.id)}`);
}

const roles = () =>
  new Option('--role <role>', 'such as reviewer; may be repeated').argParser(
    (value: string, former: string[] | undefined): string[] => {
      if (!/^[a-z][a-z_]{0,40}$/.test(value)) throw new InvalidArgumentError('A role is a lower-case word.');
      return [...(former ?? []), value];
    },
  );
