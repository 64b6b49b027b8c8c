<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>s2rgf</name>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>By default those of the model, in its order.</source>
        <translation>Ohne Angabe die des Modells, in dessen Reihenfolge.</translation>
    </message>
    <message>
        <source>s2rgf models (*.s2rgf);;All files (*)</source>
        <translation>s2rgf-Modelle (*.s2rgf);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>{}: {} bands, pixels of {:.3g}{}</source>
        <translation>{}: {} Kanäle, Pixel von {:.3g}{}</translation>
    </message>
    <message>
        <source>and {} more</source>
        <translation>und {} weitere</translation>
    </message>
    <message>
        <source>Classes: {}</source>
        <translation>Klassen: {}</translation>
    </message>
    <message>
        <source>Assess</source>
        <translation>Bewerten</translation>
    </message>
    <message>
        <source>Assesses a map against reference labels.</source>
        <translation>Bewertet eine Karte anhand von Referenzen.</translation>
    </message>
    <message>
        <source>land cover,accuracy,validation,confusion matrix,kappa,F1</source>
        <translation>Landbedeckung,Genauigkeit,Validierung,Konfusionsmatrix,Kappa,F1</translation>
    </message>
    <message>
        <source>CRS of a map that has none</source>
        <translation>KBS einer Karte, die keines hat</translation>
    </message>
    <message>
        <source>Compares a class raster, such as a map made by Classify, with reference labels: confusion matrix, overall and average accuracy, kappa, and the figures of each class. The report, with the map's picture, says what was excluded and why.</source>
        <translation>Vergleicht ein Klassenraster, etwa eine Karte von Klassifizieren, mit Referenzen: Konfusionsmatrix, gesamte und mittlere Genauigkeit, Kappa und die Werte jeder Klasse. Der Bericht, mit dem Bild der Karte, sagt, was ausgelassen wurde und warum.</translation>
    </message>
    <message>
        <source>Classes are matched by name, else by pixel value.</source>
        <translation>Klassen werden nach dem Namen zugeordnet, sonst nach dem Pixelwert.</translation>
    </message>
    <message>
        <source>If the reference is a random sample, as Sample draws it, name its design: then the report also estimates the accuracy of the whole map and the area of each class, with standard errors and 95 % intervals.</source>
        <translation>Wenn die Referenzen eine Zufallsstichprobe sind, wie Stichprobe sie zieht, geben Sie deren Entwurf an: dann schätzt der Bericht auch die Genauigkeit der ganzen Karte und die Fläche jeder Klasse, mit Standardfehlern und Intervallen zu 95 %.</translation>
    </message>
    <message>
        <source>Design of the sample, if it is one</source>
        <translation>Entwurf der Stichprobe, wenn es eine ist</translation>
    </message>
    <message>
        <source>Its strata</source>
        <translation>Ihre Schichten</translation>
    </message>
    <message>
        <source>By default the classes of the map.</source>
        <translation>Ohne Angabe die Klassen der Karte.</translation>
    </message>
    <message>
        <source>Figures as JSON</source>
        <translation>Werte als JSON</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>Overall accuracy</source>
        <translation>Gesamtgenauigkeit</translation>
    </message>
    <message>
        <source>Average accuracy</source>
        <translation>Mittlere Genauigkeit</translation>
    </message>
    <message>
        <source>Kappa</source>
        <translation>Kappa</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Veränderung</translation>
    </message>
    <message>
        <source>Compares two maps: which class became which.</source>
        <translation>Vergleicht zwei Karten: welche Klasse zu welcher wurde.</translation>
    </message>
    <message>
        <source>land cover,change,transition,matrix,from-to,gain,loss</source>
        <translation>Landbedeckung,Veränderung,Übergang,Matrix,Gewinn,Verlust</translation>
    </message>
    <message>
        <source>CRS of maps that have none</source>
        <translation>KBS von Karten, die keines haben</translation>
    </message>
    <message>
        <source>Makes a class raster whose classes say what became of what. The log has the matrix of transitions in pixels and hectares.</source>
        <translation>Erzeugt ein Klassenraster, dessen Klassen sagen, was woraus wurde. Im Protokoll steht die Matrix der Übergänge in Pixeln und Hektar.</translation>
    </message>
    <message>
        <source>The second map may have another grid and another CRS. Classes are matched by name, else by pixel value.</source>
        <translation>Die zweite Karte darf ein anderes Gitter und ein anderes KBS haben. Klassen werden nach dem Namen zugeordnet, sonst nach dem Pixelwert.</translation>
    </message>
    <message>
        <source>With the confidences of both maps, as Classify makes them, changes that one of them is not sure of become the class unsure.</source>
        <translation>Mit den Wahrscheinlichkeiten beider Karten, wie Klassifizieren sie schreibt, werden Veränderungen, bei denen eine der Karten unsicher ist, zur Klasse unsure.</translation>
    </message>
    <message>
        <source>Confidence below which a change is unsure</source>
        <translation>Wahrscheinlichkeit, unter der eine Veränderung unsicher ist</translation>
    </message>
    <message>
        <source>Only with the confidences of both maps.</source>
        <translation>Nur mit den Wahrscheinlichkeiten beider Karten.</translation>
    </message>
    <message>
        <source>Transitions as JSON</source>
        <translation>Übergänge als JSON</translation>
    </message>
    <message>
        <source>Map before</source>
        <translation>Karte vorher</translation>
    </message>
    <message>
        <source>Map after</source>
        <translation>Karte nachher</translation>
    </message>
    <message>
        <source>Confidence of the map before</source>
        <translation>Wahrscheinlichkeit der Karte vorher</translation>
    </message>
    <message>
        <source>Confidence of the map after</source>
        <translation>Wahrscheinlichkeit der Karte nachher</translation>
    </message>
    <message>
        <source>Change map</source>
        <translation>Veränderungskarte</translation>
    </message>
    <message>
        <source>Give the confidences of both maps or of none.</source>
        <translation>Geben Sie die Wahrscheinlichkeiten beider Karten an oder keine.</translation>
    </message>
    <message>
        <source>Polygons to map</source>
        <translation>Polygone, die kartiert werden</translation>
    </message>
    <message>
        <source>Polygons not to map</source>
        <translation>Polygone, die nicht kartiert werden</translation>
    </message>
    <message>
        <source>Probability of the mapped class</source>
        <translation>Wahrscheinlichkeit der kartierten Klasse</translation>
    </message>
    <message>
        <source>Probability of every class</source>
        <translation>Wahrscheinlichkeit jeder Klasse</translation>
    </message>
    <message>
        <source>Entropy and margin</source>
        <translation>Entropie und Abstand</translation>
    </message>
    <message>
        <source>Classify</source>
        <translation>Klassifizieren</translation>
    </message>
    <message>
        <source>Maps the land cover of a scene with a trained model.</source>
        <translation>Kartiert die Landbedeckung einer Szene mit einem trainierten Modell.</translation>
    </message>
    <message>
        <source>land cover,classification,map,predict,network,fusion</source>
        <translation>Landbedeckung,Klassifikation,Karte,Vorhersage,Netz,Fusion</translation>
    </message>
    <message>
        <source>Side of the window to smooth over, in pixels</source>
        <translation>Seite des Fensters, über das geglättet wird, in Pixeln</translation>
    </message>
    <message>
        <source>An odd number from 3 to 51; 7 is usual. 0: the map is not smoothed.</source>
        <translation>Eine ungerade Zahl von 3 bis 51; üblich ist 7. 0: die Karte wird nicht geglättet.</translation>
    </message>
    <message>
        <source>Smallest mapped area</source>
        <translation>Kleinste kartierte Fläche</translation>
    </message>
    <message>
        <source>Pixels, such as 20, or hectares, such as 0.5ha: smaller patches take another class.</source>
        <translation>Pixel, etwa 20, oder Hektar, etwa 0.5ha: kleinere Flecken nehmen eine andere Klasse an.</translation>
    </message>
    <message>
        <source>Least probability of the mapped class</source>
        <translation>Kleinste Wahrscheinlichkeit der kartierten Klasse</translation>
    </message>
    <message>
        <source>Pixels whose class is less probable become a class of their own, unsure. 0: none.</source>
        <translation>Pixel, deren Klasse weniger wahrscheinlich ist, werden eine eigene Klasse, unsure. 0: keine.</translation>
    </message>
    <message>
        <source>Less probable pixels become nodata</source>
        <translation>Weniger wahrscheinliche Pixel werden Nodata</translation>
    </message>
    <message>
        <source>Instead of a class of their own.</source>
        <translation>Statt einer eigenen Klasse.</translation>
    </message>
    <message>
        <source>Side of a tile in pixels</source>
        <translation>Seite einer Kachel in Pixeln</translation>
    </message>
    <message>
        <source>It does not change the map. 0 lets the program choose.</source>
        <translation>Sie ändert die Karte nicht. Bei 0 wählt das Programm.</translation>
    </message>
    <message>
        <source>Working memory in megabytes</source>
        <translation>Arbeitsspeicher in Megabyte</translation>
    </message>
    <message>
        <source>0: 512, or less where a container limits it.</source>
        <translation>0: 512, oder weniger, wo ein Container ihn begrenzt.</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>float or exact: the same map on every processor, however slow the processor is at it.</source>
        <translation>float oder exact: dieselbe Karte auf jedem Prozessor, wie langsam dieser dabei auch ist.</translation>
    </message>
    <message>
        <source>Maps a scene with a model made by Train.</source>
        <translation>Kartiert eine Szene mit einem Modell von Trainieren.</translation>
    </message>
    <message>
        <source>Give the sources in the order of the model, or with the names that they have in it; a single source may have any name. When you choose a model, its sources, bands and classes are shown.</source>
        <translation>Geben Sie die Quellen in der Reihenfolge des Modells an, oder mit ihren Namen darin; eine einzige Quelle darf beliebig heißen. Wenn Sie ein Modell wählen, erscheinen seine Quellen, Kanäle und Klassen.</translation>
    </message>
    <message>
        <source>The map has the colours and names of the classes. A pixel is 0, the nodata value, where any source has no valid value.</source>
        <translation>Die Karte hat die Farben und Namen der Klassen. Ein Pixel ist 0, der Nodata-Wert, wo irgendeine Quelle keinen gültigen Wert hat.</translation>
    </message>
    <message>
        <source>Extent of the map</source>
        <translation>Ausdehnung der Karte</translation>
    </message>
    <message>
        <source>The whole scene, if not set.</source>
        <translation>Die ganze Szene, wenn nicht angegeben.</translation>
    </message>
    <message>
        <source>Model info</source>
        <translation>Modell beschreiben</translation>
    </message>
    <message>
        <source>Describes a land-cover model.</source>
        <translation>Beschreibt ein Modell der Landbedeckung.</translation>
    </message>
    <message>
        <source>land cover,model,network,sources,bands,classes</source>
        <translation>Landbedeckung,Modell,Netz,Quellen,Kanäle,Klassen</translation>
    </message>
    <message>
        <source>Checks a model file and says what is in it: the network, the sources with their bands, wavelengths and pixel sizes, the classes with their values and colours, and how it was trained.</source>
        <translation>Prüft eine Modelldatei und sagt, was darin ist: das Netz, die Quellen mit Kanälen, Wellenlängen und Pixelgrößen, die Klassen mit Werten und Farben, und wie es trainiert wurde.</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netz</translation>
    </message>
    <message>
        <source>Checksum</source>
        <translation>Prüfsumme</translation>
    </message>
    <message>
        <source>Names of the sources</source>
        <translation>Namen der Quellen</translation>
    </message>
    <message>
        <source>Names of the classes</source>
        <translation>Namen der Klassen</translation>
    </message>
    <message>
        <source>Number of classes</source>
        <translation>Zahl der Klassen</translation>
    </message>
    <message>
        <source>Sample</source>
        <translation>Stichprobe</translation>
    </message>
    <message>
        <source>Draws a probability sample of the pixels of a map.</source>
        <translation>Zieht eine Zufallsstichprobe der Pixel einer Karte.</translation>
    </message>
    <message>
        <source>land cover,accuracy,area,random,sample,strata,validation</source>
        <translation>Landbedeckung,Genauigkeit,Fläche,Zufall,Stichprobe,Schichten,Validierung</translation>
    </message>
    <message>
        <source>Standard error of the overall accuracy to reach</source>
        <translation>Angestrebter Standardfehler der Gesamtgenauigkeit</translation>
    </message>
    <message>
        <source>Draws as many points as it needs, whatever the number of points is.</source>
        <translation>Zieht so viele Punkte, wie er braucht, gleich welche Anzahl angegeben ist.</translation>
    </message>
    <message>
        <source>Expected user's accuracies</source>
        <translation>Erwartete Nutzergenauigkeiten</translation>
    </message>
    <message>
        <source>For the standard error and the allocation neyman: 0.9 for all classes, soil=0.7 for one. A blank between several.</source>
        <translation>Für den Standardfehler und die Aufteilung neyman: 0.9 für alle Klassen, soil=0.7 für eine. Zwischen mehreren ein Leerzeichen.</translation>
    </message>
    <message>
        <source>Points that each stratum gets at least</source>
        <translation>Punkte, die jede Schicht mindestens erhält</translation>
    </message>
    <message>
        <source>With the allocation least.</source>
        <translation>Bei der Aufteilung least.</translation>
    </message>
    <message>
        <source>Metres to keep from what is excluded</source>
        <translation>Abstand in Metern von dem, was ausgeschlossen ist</translation>
    </message>
    <message>
        <source>Leave out what the map says of the points</source>
        <translation>Weglassen, was die Karte über die Punkte sagt</translation>
    </message>
    <message>
        <source>So that it leads nobody who labels them.</source>
        <translation>Damit es niemanden leitet, der sie bestimmt.</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>The same seed draws the same points.</source>
        <translation>Derselbe Startwert zieht dieselben Punkte.</translation>
    </message>
    <message>
        <source>Draws pixels of a class raster at random, as points with an empty field reference. Fill it in with what is there, then run Assess with the same design: it estimates the accuracy of the whole map and the area of each class.</source>
        <translation>Zieht zufällige Pixel eines Klassenrasters, als Punkte mit einem leeren Feld reference. Tragen Sie dort ein, was vorhanden ist, und starten Sie dann Bewerten mit demselben Entwurf: es schätzt die Genauigkeit der ganzen Karte und die Fläche jeder Klasse.</translation>
    </message>
    <message>
        <source>Stratified: pixels are drawn from each class of the map, or from each class of another raster, by themselves.</source>
        <translation>Geschichtet: aus jeder Klasse der Karte, oder aus jeder Klasse eines anderen Rasters, wird für sich gezogen.</translation>
    </message>
    <message>
        <source>Number of points</source>
        <translation>Zahl der Punkte</translation>
    </message>
    <message>
        <source>Design</source>
        <translation>Entwurf</translation>
    </message>
    <message>
        <source>How strata share the points</source>
        <translation>Aufteilung der Punkte auf die Schichten</translation>
    </message>
    <message>
        <source>Strata</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Places to keep out, such as those of training</source>
        <translation>Orte, die auszulassen sind, etwa die des Trainings</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>Punkte</translation>
    </message>
    <message>
        <source>Suggest</source>
        <translation>Vorschlagen</translation>
    </message>
    <message>
        <source>Suggests where to label next.</source>
        <translation>Schlägt vor, wo als Nächstes Trainingspunkte zu erheben sind.</translation>
    </message>
    <message>
        <source>land cover,active learning,labels,uncertainty,margin,training</source>
        <translation>Landbedeckung,aktives Lernen,Trainingspunkte,Unsicherheit,Abstand,Training</translation>
    </message>
    <message>
        <source>Metres between places and from labels, at least</source>
        <translation>Mindestabstand der Orte voneinander und von Trainingsflächen in Metern</translation>
    </message>
    <message>
        <source>Finds places at which a model is in doubt, and which differ from each other and from the labels that there are. Fill in the field class, best from the first point on, add them to the labels, and train again.</source>
        <translation>Findet Orte, an denen ein Modell unsicher ist und die sich voneinander und von den vorhandenen Trainingsflächen unterscheiden. Füllen Sie das Feld class aus, am besten vom ersten Punkt an, fügen Sie die Punkte den Trainingsflächen hinzu und trainieren Sie erneut.</translation>
    </message>
    <message>
        <source>They are no random sample: do not assess a map with them.</source>
        <translation>Sie sind keine Zufallsstichprobe: bewerten Sie damit keine Karte.</translation>
    </message>
    <message>
        <source>Number of places</source>
        <translation>Anzahl der Orte</translation>
    </message>
    <message>
        <source>Labels that there are</source>
        <translation>Vorhandene Trainingsflächen</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>Maske</translation>
    </message>
    <message>
        <source>Only where it is neither 0 nor nodata.</source>
        <translation>Nur wo sie weder 0 noch Nodata ist.</translation>
    </message>
    <message>
        <source>Places</source>
        <translation>Orte</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>Trainieren</translation>
    </message>
    <message>
        <source>Trains a land-cover model on one scene, or many, and their labels.</source>
        <translation>Trainiert ein Modell der Landbedeckung mit einer Szene oder vielen und ihren Trainingsflächen.</translation>
    </message>
    <message>
        <source>land cover,classification,supervised,learn,network,fusion</source>
        <translation>Landbedeckung,Klassifikation,überwacht,Lernen,Netz,Fusion</translation>
    </message>
    <message>
        <source>Channels of the network</source>
        <translation>Kanäle des Netzes</translation>
    </message>
    <message>
        <source>A multiple of 16. More channels take more time and memory. 0: 64, or as many as the initial model has.</source>
        <translation>Ein Vielfaches von 16. Mehr Kanäle brauchen mehr Zeit und Speicher. 0: 64 oder so viele, wie das Ausgangsmodell hat.</translation>
    </message>
    <message>
        <source>Steps of a full run</source>
        <translation>Schritte eines ganzen Laufs</translation>
    </message>
    <message>
        <source>0: 150.</source>
        <translation>0: 150.</translation>
    </message>
    <message>
        <source>Crops in a step</source>
        <translation>Ausschnitte je Schritt</translation>
    </message>
    <message>
        <source>0: 8.</source>
        <translation>0: 8.</translation>
    </message>
    <message>
        <source>Side of a crop in pixels</source>
        <translation>Seite eines Ausschnitts in Pixeln</translation>
    </message>
    <message>
        <source>A multiple of 16, in pixels of the source with the smallest pixels. 0: 96.</source>
        <translation>Ein Vielfaches von 16, in Pixeln der Quelle mit den kleinsten Pixeln. 0: 96.</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Lernrate</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>Gewichtsabnahme</translation>
    </message>
    <message>
        <source>Label smoothing</source>
        <translation>Glättung der Klassen</translation>
    </message>
    <message>
        <source>Weight of classes with few pixels</source>
        <translation>Gewicht von Klassen mit wenigen Pixeln</translation>
    </message>
    <message>
        <source>0: all labelled pixels count the same; 1: all classes do.</source>
        <translation>0: alle Pixel mit Klasse zählen gleich; 1: alle Klassen zählen gleich.</translation>
    </message>
    <message>
        <source>Fraction of the steps after which batch-norms use the statistics of the scene</source>
        <translation>Anteil der Schritte, nach dem die Normierung die Statistik der Szene nutzt</translation>
    </message>
    <message>
        <source>1: only at the end.</source>
        <translation>1: erst am Ende.</translation>
    </message>
    <message>
        <source>Weight of the de-redundancy loss</source>
        <translation>Gewicht des Verlustes gegen Redundanz</translation>
    </message>
    <message>
        <source>Spread of the brightness of crops</source>
        <translation>Streuung der Helligkeit der Ausschnitte</translation>
    </message>
    <message>
        <source>It keeps the network from relying on absolute brightness; 0 leaves crops as they are.</source>
        <translation>Sie hält das Netz davon ab, sich auf die Helligkeit zu verlassen; 0 lässt die Ausschnitte, wie sie sind.</translation>
    </message>
    <message>
        <source>Probability that a crop lacks a source</source>
        <translation>Wahrscheinlichkeit, dass einem Ausschnitt eine Quelle fehlt</translation>
    </message>
    <message>
        <source>So that the network relies on no single source and can map pixels that lack one.</source>
        <translation>Damit sich das Netz auf keine einzelne Quelle verlässt und Pixel kartieren kann, denen eine fehlt.</translation>
    </message>
    <message>
        <source>Pixels by which sources are moved in training</source>
        <translation>Pixel, um die Quellen beim Training verschoben werden</translation>
    </message>
    <message>
        <source>At most, in their own pixels; only sources that have a grid of their own.</source>
        <translation>Höchstens, in ihren eigenen Pixeln; nur Quellen mit eigenem Gitter.</translation>
    </message>
    <message>
        <source>Fraction of the labels to keep for validation</source>
        <translation>Anteil der Trainingsflächen für die Validierung</translation>
    </message>
    <message>
        <source>With 0 the network is trained on all labels, without validation.</source>
        <translation>Bei 0 wird das Netz mit allen trainiert, ohne Validierung.</translation>
    </message>
    <message>
        <source>Do not train again on all labels</source>
        <translation>Nicht noch einmal mit allen Flächen trainieren</translation>
    </message>
    <message>
        <source>Keep the weights of the best validation instead.</source>
        <translation>Stattdessen die Gewichte der besten Validierung behalten.</translation>
    </message>
    <message>
        <source>Validations without improvement before stopping</source>
        <translation>Validierungen ohne Verbesserung bis zum Abbruch</translation>
    </message>
    <message>
        <source>0 never stops early.</source>
        <translation>Bei 0 wird nie vorzeitig abgebrochen.</translation>
    </message>
    <message>
        <source>Seed of all random numbers</source>
        <translation>Startwert aller Zufallszahlen</translation>
    </message>
    <message>
        <source>Folder or list of scenes</source>
        <translation>Ordner oder Liste von Szenen</translation>
    </message>
    <message>
        <source>Trains on many scenes: all of a folder, or those in a text file, one name per line.</source>
        <translation>Trainiert mit vielen Szenen: allen eines Ordners oder denen einer Textdatei, ein Name pro Zeile.</translation>
    </message>
    <message>
        <source>Rasters of the scenes</source>
        <translation>Raster der Szenen</translation>
    </message>
    <message>
        <source>NAME={}_ms.tif, in the folder of the scenes, where {} stands for the name of a scene; with a blank between several. Sources above then are the same for all scenes.</source>
        <translation>NAME={}_ms.tif, im Ordner der Szenen, wobei {} für den Namen einer Szene steht; mehrere durch Leerzeichen getrennt. Quellen von oben sind dann für alle Szenen dieselben.</translation>
    </message>
    <message>
        <source>Labels of the scenes</source>
        <translation>Trainingsflächen der Szenen</translation>
    </message>
    <message>
        <source>{}_labels.gpkg, if each scene has labels of its own, instead of those above. If they have several fields or layers, add -a FIELD or -l LAYER below.</source>
        <translation>{}_labels.gpkg, wenn jede Szene eigene Trainingsflächen hat, statt derer von oben. Haben sie mehrere Felder oder Layer, ergänzen Sie unten -a FELD oder -l LAYER.</translation>
    </message>
    <message>
        <source>Part of the initial model that stays as it is</source>
        <translation>Teil des Ausgangsmodells, der bleibt, wie er ist</translation>
    </message>
    <message>
        <source>encoders: the layers that see a single source. By default nothing.</source>
        <translation>encoders: die Schichten, die eine einzige Quelle sehen. Ohne Angabe nichts.</translation>
    </message>
    <message>
        <source>Leave out scenes that cannot be used</source>
        <translation>Szenen auslassen, die nicht benutzt werden können</translation>
    </message>
    <message>
        <source>What validation keeps whole in many scenes</source>
        <translation>Was die Validierung bei vielen Szenen ganz lässt</translation>
    </message>
    <message>
        <source>group: a polygon or a block, or scene. By default group.</source>
        <translation>group: ein Polygon oder ein Block, oder scene. Ohne Angabe group.</translation>
    </message>
    <message>
        <source>Bands to use</source>
        <translation>Kanäle, die benutzt werden</translation>
    </message>
    <message>
        <source>NAME=1-4,8 or NAME=450-900nm, with a blank between several sources. Without it, all bands that hold data and are not marked bad.</source>
        <translation>NAME=1-4,8 oder NAME=450-900nm, für mehrere Quellen mit einem Leerzeichen dazwischen. Ohne Angabe alle Kanäle, die Daten enthalten und nicht als schlecht gekennzeichnet sind.</translation>
    </message>
    <message>
        <source>Trains a network on the rasters of one scene and labelled areas in it.</source>
        <translation>Trainiert ein Netz mit den Rastern einer Szene und Flächen bekannter Klassen darin.</translation>
    </message>
    <message>
        <source>A source is one raster, or several files on the same grid whose bands are joined. Each source keeps its resolution and need not be aligned with the others; the one with the smallest pixels defines the grid of the maps.</source>
        <translation>Eine Quelle ist ein Raster, oder mehrere Dateien auf demselben Gitter, deren Kanäle vereint werden. Jede Quelle behält ihre Auflösung und muss nicht zu den anderen passen; die mit den kleinsten Pixeln bestimmt das Gitter der Karten.</translation>
    </message>
    <message>
        <source>To train on many scenes, give a folder or list of them among the advanced parameters, and rasters with {} for the name of a scene instead of sources.</source>
        <translation>Um mit vielen Szenen zu trainieren, geben Sie unter den erweiterten Parametern einen Ordner oder eine Liste von ihnen an, und statt der Quellen Raster mit {} für den Namen einer Szene.</translation>
    </message>
    <message>
        <source>Some labels, whole polygons at a time, are kept for validation, which chooses the number of steps; then the network is trained again on all labels.</source>
        <translation>Einige Flächen, immer ganze Polygone, bleiben für die Validierung, welche die Zahl der Schritte wählt; dann wird das Netz noch einmal mit allen trainiert.</translation>
    </message>
    <message>
        <source>By default that of the first layer. A model knows its sources by name.</source>
        <translation>Ohne Angabe der des ersten Layers. Ein Modell kennt seine Quellen beim Namen.</translation>
    </message>
    <message>
        <source>Initial model</source>
        <translation>Ausgangsmodell</translation>
    </message>
    <message>
        <source>Starts from its weights, for sources and classes of the same name.</source>
        <translation>Beginnt mit seinen Gewichten, bei Quellen und Klassen desselben Namens.</translation>
    </message>
    <message>
        <source>s2rgf models (*.s2rgf)</source>
        <translation>s2rgf-Modelle (*.s2rgf)</translation>
    </message>
    <message>
        <source>How the training went</source>
        <translation>Verlauf des Trainings</translation>
    </message>
    <message>
        <source>Many scenes: give a folder or list of them, and their rasters</source>
        <translation>Viele Szenen: geben Sie einen Ordner oder eine Liste von ihnen an, und ihre Raster</translation>
    </message>
    <message>
        <source>Source 1: give at least one raster</source>
        <translation>Quelle 1: geben Sie mindestens ein Raster an</translation>
    </message>
    <message>
        <source>Use only features for which</source>
        <translation>Nur Objekte benutzen, für die gilt</translation>
    </message>
    <message>
        <source>A condition in SQL.</source>
        <translation>Eine Bedingung in SQL.</translation>
    </message>
    <message>
        <source>CRS of labels that have none</source>
        <translation>KBS von Flächen, die keines haben</translation>
    </message>
    <message>
        <source>Label every pixel that a polygon touches</source>
        <translation>Jedes Pixel zählen, das ein Polygon berührt</translation>
    </message>
    <message>
        <source>By default a pixel is labelled if its centre is in the polygon.</source>
        <translation>Sonst zählt ein Pixel, wenn seine Mitte im Polygon liegt.</translation>
    </message>
    <message>
        <source>Metres around a point that it labels, too</source>
        <translation>Meter um einen Punkt, für die er auch gilt</translation>
    </message>
    <message>
        <source>0: only the pixel that holds it.</source>
        <translation>0: nur das Pixel, in dem er liegt.</translation>
    </message>
    <message>
        <source>Labelled polygons or points</source>
        <translation>Polygone oder Punkte mit Klassen</translation>
    </message>
    <message>
        <source>Give either polygons or points here, or a raster of classes below.</source>
        <translation>Geben Sie entweder hier Polygone oder Punkte an, oder unten ein Klassenraster.</translation>
    </message>
    <message>
        <source>Text or integer. You may leave it out if only one field can be meant.</source>
        <translation>Text oder ganze Zahlen. Es darf fehlen, wenn nur ein Feld gemeint sein kann.</translation>
    </message>
    <message>
        <source>Labels: give either a layer or a raster of classes</source>
        <translation>Trainingsflächen: geben Sie entweder einen Layer oder ein Klassenraster an</translation>
    </message>
    <message>
        <source>edits that are not saved</source>
        <translation>Änderungen, die nicht gespeichert sind</translation>
    </message>
    <message>
        <source>joined or virtual fields</source>
        <translation>verknüpfte oder virtuelle Felder</translation>
    </message>
    <message>
        <source>open options</source>
        <translation>Öffnungsoptionen</translation>
    </message>
    <message>
        <source>Field with the class</source>
        <translation>Feld mit der Klasse</translation>
    </message>
    <message>
        <source>Or a raster of classes</source>
        <translation>Oder ein Klassenraster</translation>
    </message>
    <message>
        <source>{}: cannot be written: {}</source>
        <translation>{}: kann nicht geschrieben werden: {}</translation>
    </message>
    <message>
        <source>{}: has {}: a copy with them is used</source>
        <translation>{}: hat {}: eine Kopie damit wird benutzt</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>Threads</translation>
    </message>
    <message>
        <source>0: all processors.</source>
        <translation>0: alle Prozessoren.</translation>
    </message>
    <message>
        <source>CRS of rasters that have none</source>
        <translation>KBS von Rastern, die keines haben</translation>
    </message>
    <message>
        <source>Nodata value of all rasters</source>
        <translation>Nodata-Wert aller Raster</translation>
    </message>
    <message>
        <source>In place of the one that they declare; none for no nodata value.</source>
        <translation>Anstelle dessen, den sie angeben; none für keinen.</translation>
    </message>
    <message>
        <source>Valid values of quality layers</source>
        <translation>Gültige Werte von Qualitätsebenen</translation>
    </message>
    <message>
        <source>SCL=4-7,11 makes the source called SCL a quality layer: pixels are valid where it has one of these values; QA=nobits:0-4 where none of these bits is set. A blank between several.</source>
        <translation>SCL=4-7,11 macht die Quelle namens SCL zur Qualitätsebene: Pixel sind gültig, wo sie einen dieser Werte hat; QA=nobits:0-4, wo keines dieser Bits gesetzt ist. Zwischen mehreren ein Leerzeichen.</translation>
    </message>
    <message>
        <source>Pixels need data in one source only</source>
        <translation>Pixel brauchen nur in einer Quelle Daten</translation>
    </message>
    <message>
        <source>Instead of in all. The model must be trained with source dropout.</source>
        <translation>Statt in allen. Das Modell muss mit weggelassenen Quellen trainiert sein.</translation>
    </message>
    <message>
        <source>Additional command-line parameters</source>
        <translation>Weitere Parameter der Kommandozeile</translation>
    </message>
    <message>
        <source>Any other options of {}; its manual page lists them.</source>
        <translation>Jede andere Option von {}; die Handbuchseite führt sie auf.</translation>
    </message>
    <message>
        <source>Command:</source>
        <translation>Befehl:</translation>
    </message>
    <message>
        <source>{} was canceled; it left no output</source>
        <translation>{} wurde abgebrochen und hinterließ keine Ausgabe</translation>
    </message>
    <message>
        <source>{} could not be started</source>
        <translation>{} konnte nicht gestartet werden</translation>
    </message>
    <message>
        <source>{} failed with status {}</source>
        <translation>{} endete mit dem Status {}</translation>
    </message>
    <message>
        <source>{} crashed</source>
        <translation>{} ist abgestürzt</translation>
    </message>
    <message>
        <source>The program {name} was not found. Install s2rgf: in its source tree, ./bootstrap build and then make -C build install. If it is installed in a folder that is not on the PATH, name the folder in Settings &gt; Options &gt; Processing &gt; Providers &gt; s2rgf.</source>
        <translation>Das Programm {name} wurde nicht gefunden. Installieren Sie s2rgf: in seinem Quellbaum ./bootstrap build und dann make -C build install. Wenn es in einem Ordner installiert ist, der nicht im PATH steht, nennen Sie den Ordner unter Einstellungen &gt; Optionen &gt; Verarbeitung &gt; Datenanbieter &gt; s2rgf.</translation>
    </message>
    <message>
        <source>s2rgf land-cover maps</source>
        <translation>s2rgf: Karten der Landbedeckung</translation>
    </message>
    <message>
        <source>Activate</source>
        <translation>Aktivieren</translation>
    </message>
    <message>
        <source>Folder of the s2rgf programs, if they are not on the PATH</source>
        <translation>Ordner der s2rgf-Programme, wenn sie nicht im PATH sind</translation>
    </message>
    <message>
        <source>JSON files (*.json)</source>
        <translation>JSON-Dateien (*.json)</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>HTML files (*.html)</source>
        <translation>HTML-Dateien (*.html)</translation>
    </message>
    <message>
        <source>Rasters on one grid; their bands are joined in the order of the list.</source>
        <translation>Raster auf einem Gitter; ihre Kanäle werden in der Reihenfolge der Liste vereint.</translation>
    </message>
    <message>
        <source>Source {}: there is another source with the name "{}"</source>
        <translation>Quelle {}: eine andere Quelle heißt auch "{}"</translation>
    </message>
    <message>
        <source>Letters, digits, underscores and hyphens.</source>
        <translation>Buchstaben, Ziffern, Unterstriche und Bindestriche.</translation>
    </message>
    <message>
        <source>{}: cannot be opened as a raster</source>
        <translation>{}: kann nicht als Raster geöffnet werden</translation>
    </message>
    <message>
        <source>{}: GDAL cannot read this raster; save it as a file first</source>
        <translation>{}: GDAL kann dieses Raster nicht lesen; speichern Sie es erst als Datei</translation>
    </message>
    <message>
        <source>{}: is opened with {}; save it as a file first</source>
        <translation>{}: wird mit {} geöffnet; speichern Sie es erst als Datei</translation>
    </message>
    <message>
        <source>Source {}: the name "{}" has more than letters, digits, underscores and hyphens</source>
        <translation>Quelle {}: der Name "{}" hat mehr als Buchstaben, Ziffern, Unterstriche und Bindestriche</translation>
    </message>
    <message>
        <source>Source {}</source>
        <translation>Quelle {}</translation>
    </message>
    <message>
        <source>Name of source {}</source>
        <translation>Name der Quelle {}</translation>
    </message>
    <message>
        <source>{}: is opened with {}, another layer with {}; save it as a file first</source>
        <translation>{}: wird mit {} geöffnet, ein anderer Layer mit {}; speichern Sie es erst als Datei</translation>
    </message>
</context>
</TS>
