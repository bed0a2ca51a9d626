"""Downloads the packages of recordings.tsv and unpacks them; nothing is installed. MIDI files are played by fluidsynth on the Fluid soundfont (MIT)."""
import argparse
import csv
import pathlib
import subprocess

SOUNDFONT = 'fluid-soundfont-gm'


def table():
    with open(pathlib.Path(__file__).with_name('recordings.tsv')) as f:
        return list(csv.DictReader(f, delimiter='\t'))


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--data', default='build/training/sound', type=pathlib.Path)
    data = p.parse_args().data
    debs, out = data / 'packages', data / 'recordings'
    debs.mkdir(parents=True, exist_ok=True)
    packages = {r['package'] for r in table()} | {SOUNDFONT}
    missing = [n for n in sorted(packages) if not list(debs.glob(n + '_*.deb'))]
    if missing:
        subprocess.run(['apt-get', 'download', '-qq', *missing], cwd=debs, check=True)
    for n in sorted(packages):
        if not (out / n).exists():
            subprocess.run(['dpkg', '-x', str(next(debs.glob(n + '_*.deb')).resolve()), str(out / n)], check=True)
            for archive in (out / n).rglob('*.pk3'):
                subprocess.run(['unzip', '-qo', str(archive), '-d', str(out / n / 'unpacked')], check=True)
    font = next((out / SOUNDFONT).rglob('*.sf2'))
    for r in table():
        if r['kind'] == 'midi':
            for midi in sorted((out / r['package']).glob(r['files'])):
                wav = midi.with_suffix('.wav')
                if not wav.exists():
                    subprocess.run(['fluidsynth', '-ni', '-q', '-g', '0.5', '-r', '48000', '-F', str(wav), str(font), str(midi)], check=True, stdout=subprocess.DEVNULL)


if __name__ == '__main__':
    main()
